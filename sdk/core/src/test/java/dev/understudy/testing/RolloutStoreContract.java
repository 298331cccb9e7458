package dev.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link RolloutStore} promises, whatever it is made of. A new one extends this class, and is done when it passes.
 */
public abstract class RolloutStoreContract {

    /** The store under test: an empty one at first; each further call of one test is another view of the same store. */
    protected abstract RolloutStore store();

    @Test
    void where_nothing_was_written_there_is_nothing() {
        assertThat(store().read("qa_agent")).isEmpty();
    }

    @Test
    void what_was_written_is_read_by_everybody() {
        StoredRecord record = StoredRecord.first(Map.of("share", "5000", "phase", "RUNNING"));

        assertThat(store().write("qa_agent", 0, record)).isTrue();

        assertThat(store().read("qa_agent")).contains(record);
    }

    @Test
    void a_record_replaces_the_one_that_its_writer_has_seen() {
        StoredRecord first = StoredRecord.first(Map.of("share", "5000"));
        StoredRecord second = first.next(Map.of("phase", "HOLD"));
        store().write("qa_agent", 0, first);

        assertThat(store().write("qa_agent", 1, second)).isTrue();

        assertThat(store().read("qa_agent")).contains(second);
    }

    @Test
    void who_has_not_seen_the_last_record_writes_nothing() {
        StoredRecord first = StoredRecord.first(Map.of("share", "5000"));
        StoredRecord second = first.next(Map.of("share", "0"));
        store().write("qa_agent", 0, first);
        store().write("qa_agent", 1, second);

        assertThat(store().write("qa_agent", 0, StoredRecord.first(Map.of("share", "1"))))
                .isFalse();
        assertThat(store().write("qa_agent", 1, first.next(Map.of("share", "2"))))
                .isFalse();
        assertThat(store().write("qa_agent", 7, new StoredRecord(8, second.fields())))
                .isFalse();

        assertThat(store().read("qa_agent")).contains(second);
    }

    @Test
    void what_was_never_written_has_no_epoch_to_expect() {
        assertThat(store().write(
                                "qa_agent",
                                3,
                                new StoredRecord(4, StoredRecord.first(Map.of()).fields())))
                .isFalse();
        assertThat(store().read("qa_agent")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 4, 100})
    void epochs_grow_one_by_one(long wrong) {
        store().write("qa_agent", 0, StoredRecord.first(Map.of()));
        StoredRecord record =
                new StoredRecord(wrong, StoredRecord.first(Map.of()).fields());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().write("qa_agent", 1, record))
                .withMessage("after epoch 1 comes 2, not " + wrong);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "  two  ",
                "a=b=c",
                "=",
                "\n",
                "line\nfeed\r\nand\ttab",
                "\u0000\u0001\u001f\u007f\u0085\u009f",
                "\\",
                "\\n",
                "\\u0041",
                "\u2028\u2029\u200b\u202e\ufeff\u00ad",
                "Grüße, 世界, \ud83c\udfad",
                "half \ud83c",
                "\udfad half",
                "\ud83c\ud83c\udfad\udfad",
                "sha256 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
                "understudy-state 1\nkey x\nepoch 9\n"
            })
    void any_text_comes_back_as_it_was(String text) {
        String name = text.isEmpty() ? "empty" : text;
        StoredRecord record = StoredRecord.first(Map.of("value", text, name, "name"));

        assertThat(store().write("qa_agent", 0, record)).isTrue();

        assertThat(store().read("qa_agent")).contains(record);
    }

    @Test
    void the_largest_record_fits() {
        String most = "x".repeat(StoredRecord.MAX_BYTES - "name=\n".length());
        StoredRecord record = StoredRecord.first(Map.of("name", most));

        assertThat(store().write("qa_agent", 0, record)).isTrue();

        assertThat(store().read("qa_agent")).contains(record);
    }

    @Test
    void a_blank_record_is_one() {
        store().write("qa_agent", 0, StoredRecord.first(Map.of()));

        assertThat(store().read("qa_agent")).hasValueSatisfying(record -> {
            assertThat(record.isBlank()).isTrue();
            assertThat(record.epoch()).isEqualTo(1);
        });
    }

    @Test
    void each_key_has_a_record_of_its_own() {
        List<String> keys = List.of(
                "qa_agent",
                "QA_agent",
                "qa_agent.insight",
                "qa.agent",
                "qa/agent",
                "qa:agent",
                "qa%2fagent",
                ".",
                "..",
                "../qa_agent",
                "/etc/passwd",
                "con",
                "nul.insight",
                " ",
                "a\u0000b",
                "a\nb",
                "qa_agent.state",
                ".qa_agent.lock",
                "é",
                "e\u0301",
                "世界",
                "x".repeat(200),
                "x".repeat(199) + "y",
                "X".repeat(200),
                "世".repeat(200),
                "世".repeat(199) + "界");
        for (String key : keys) {
            assertThat(store().write(key, 0, StoredRecord.first(Map.of("key", key))))
                    .as(key)
                    .isTrue();
        }
        for (String key : keys) {
            assertThat(store().read(key)).as(key).contains(StoredRecord.first(Map.of("key", key)));
        }
    }

    @Test
    void a_key_has_bounds() {
        for (String wrong : List.of("", "x".repeat(201), "\ud83c", "a\udfad")) {
            assertThatIllegalArgumentException().isThrownBy(() -> store().read(wrong));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store().write(wrong, 0, StoredRecord.first(Map.of())));
            assertThatIllegalArgumentException().isThrownBy(() -> store().setAside(wrong));
        }
        assertThatNullPointerException().isThrownBy(() -> store().read(null));
        assertThatNullPointerException().isThrownBy(() -> store().write(null, 0, StoredRecord.first(Map.of())));
        assertThatNullPointerException().isThrownBy(() -> store().setAside(null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().write("qa_agent", -1, StoredRecord.first(Map.of())));
    }

    @Test
    void nothing_sound_is_set_aside() {
        assertThat(store().setAside("qa_agent")).isEmpty();
        assertThat(store().read("qa_agent")).isEmpty();

        StoredRecord record = StoredRecord.first(Map.of("share", "5000"));
        store().write("qa_agent", 0, record);

        assertThat(store().setAside("qa_agent")).isEmpty();
        assertThat(store().read("qa_agent")).contains(record);
    }

    @Test
    void an_interrupted_thread_reads_and_writes_and_stays_interrupted() {
        StoredRecord record = StoredRecord.first(Map.of("share", "5000"));
        Thread.currentThread().interrupt();

        boolean written = store().write("qa_agent", 0, record);
        boolean afterWriting = Thread.currentThread().isInterrupted();
        var read = store().read("qa_agent");
        boolean afterReading = Thread.interrupted();

        assertThat(written).isTrue();
        assertThat(afterWriting).isTrue();
        assertThat(read).contains(record);
        assertThat(afterReading).isTrue();
    }

    @Test
    void of_several_writers_that_expect_the_same_epoch_one_succeeds_and_no_update_is_lost() throws Exception {
        int writers = 4;
        int each = 25;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                String name = "writer-" + i;
                all.add(threads.submit(() -> add(store(), name, each)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }

        StoredRecord last = store().read("counter").orElseThrow();
        assertThat(last.epoch()).isEqualTo((long) writers * each);
        assertThat(last.fields()).hasSize(writers).containsValue(String.valueOf(each));
        assertThat(last.fields().values()).containsOnly(String.valueOf(each));
    }

    /** Adds one to a field as often as asked, trying again each time somebody else was faster. */
    public static void add(RolloutStore store, String field, int times) {
        for (int done = 0; done < times; ) {
            var seen = store.read("counter");
            var fields = new TreeMap<>(seen.map(StoredRecord::fields).orElseGet(TreeMap::new));
            fields.merge(field, "1", (was, one) -> String.valueOf(Integer.parseInt(was) + 1));
            long epoch = seen.map(StoredRecord::epoch).orElse(0L);
            if (store.write("counter", epoch, new StoredRecord(epoch + 1, fields))) {
                done++;
            }
        }
    }
}
