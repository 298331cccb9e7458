package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.error.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removing a state, or putting an older copy in its place, does not bring back what was decided against. */
class LostRecordsTest {

    @TempDir
    private Path directory;

    private FileRolloutStore store;
    private Path state;
    private Path mark;
    private byte[] older;

    @BeforeEach
    void write() throws IOException {
        store = new FileRolloutStore(directory);
        state = directory.resolve("qa_agent.state");
        mark = directory.resolve(".qa_agent.epoch");
        StoredRecord first = StoredRecord.first(Map.of("share", "25000"));
        store.write("qa_agent", 0, first);
        older = Files.readAllBytes(state);
        store.write("qa_agent", 1, first.next(Map.of("share", "0")));
    }

    @Test
    void a_state_that_is_gone_is_no_first_start() throws IOException {
        Files.delete(state);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.read("qa_agent"))
                .withMessageContaining("is lost: epoch 2 was written, and the file is gone; ")
                .matches(StoreException::damaged);
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.write("qa_agent", 0, StoredRecord.first(Map.of())));

        assertThat(store.setAside("qa_agent")).contains("nothing was left of it");
        assertThat(store.read("qa_agent").orElseThrow().epoch()).isEqualTo(3);
    }

    @Test
    void an_older_copy_is_refused() throws IOException {
        Files.write(state, older);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.read("qa_agent"))
                .withMessageContaining("is an old copy: it holds epoch 1, and 2 was written; ")
                .matches(StoreException::damaged);

        assertThat(store.setAside("qa_agent")).contains(state + ".refused-1");
        assertThat(store.read("qa_agent").orElseThrow().epoch()).isEqualTo(3);
    }

    @Test
    void a_copy_without_its_hidden_companion_is_believed_for_there_is_nothing_to_compare() throws IOException {
        Files.delete(mark);
        Files.write(state, older);

        assertThat(store.read("qa_agent")).contains(StoredRecord.first(Map.of("share", "25000")));
        assertThat(store.write(
                        "qa_agent",
                        1,
                        new StoredRecord(2, StoredRecord.first(Map.of()).fields())))
                .isTrue();
    }

    @Test
    void a_mark_that_is_behind_or_spoilt_says_nothing() throws IOException {
        byte[] line = Files.readAllBytes(mark);
        StoredRecord now = store.read("qa_agent").orElseThrow();
        for (int length = 0; length < line.length; length++) {
            Files.write(mark, Arrays.copyOf(line, length));
            assertThat(store.read("qa_agent")).as("cut at %s", length).contains(now);
        }
        for (int bit = 0; bit < line.length * 8; bit++) {
            byte[] flipped = line.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(mark, flipped);
            assertThat(store.read("qa_agent")).as("bit %s", bit).contains(now);
        }
        Files.writeString(mark, "");
        assertThat(store.write("qa_agent", 2, now.next(Map.of()))).isTrue();
        Files.delete(state);
        assertThatExceptionOfType(StoreException.class)
                .as("the next write renews it")
                .isThrownBy(() -> store.read("qa_agent"))
                .withMessageContaining("epoch 3 was written");
    }
}
