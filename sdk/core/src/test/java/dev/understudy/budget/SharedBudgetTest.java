package dev.understudy.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.event.Event;
import dev.understudy.store.FileRolloutStore;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import dev.understudy.testing.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Several processes, one after the other or at once, and a store that fails them. */
class SharedBudgetTest {

    private static final String KEY = Process.AGENT + ".budget";
    private static final BudgetSettings TWENTY =
            BudgetSettings.of(20, BudgetPeriod.DAY).atLimit(BudgetPolicy.REFUSE);

    private final FaultyStore store = new FaultyStore();

    private Process process(long id) {
        return new Process(id, TWENTY, store);
    }

    @Test
    void the_next_process_goes_on_where_the_last_one_wrote() {
        Process first = process(1);
        first.spend(17);
        first.budget.round();
        first.spend(1); // and is killed
        Process second = process(2);
        assertThat(second.spent()).isEqualTo(17);
        second.spend(3);
        assertThat(second.refuses()).isTrue();
        second.budget.round();
        assertThat(first.told()).containsExactly(BudgetState.NEARLY_SPENT);
        assertThat(second.told()).containsExactly(BudgetState.SPENT);

        Process tomorrow = new Process(3, TWENTY, store, Process.NOON.plus(Duration.ofDays(1)));
        assertThat(tomorrow.spent()).isZero();
        assertThat(tomorrow.told()).isEmpty();
    }

    @Test
    void processes_at_once_add_to_one_sum_and_tell_once() {
        Process one = process(1);
        Process other = process(2);
        one.spend(9);
        other.spend(8);
        one.budget.round();
        assertThat(one.spent()).isEqualTo(9);
        other.budget.round();
        assertThat(other.spent()).isEqualTo(17);
        one.budget.round();
        assertThat(one.spent()).isEqualTo(17);
        assertThat(one.told()).isEmpty();
        assertThat(other.told()).containsExactly(BudgetState.NEARLY_SPENT);

        one.spend(2);
        other.spend(2);
        assertThat(one.refuses()).isFalse();
        one.budget.round();
        other.budget.round();
        one.budget.round();
        assertThat(one.spent()).isEqualTo(21);
        assertThat(one.refuses()).isTrue();
        assertThat(one.told()).isEmpty();
        assertThat(other.told()).containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
    }

    @Test
    void a_process_that_wrote_late_adds_to_the_day_that_is_over() {
        Process late = process(1);
        late.spend(5);
        Process early = process(2);
        early.pass(Duration.ofDays(1));
        early.spend(3);
        early.budget.round();
        late.pass(Duration.ofDays(1));
        late.spend(1);
        late.budget.round();
        assertThat(late.spent()).isEqualTo(4);
        assertThat(fields())
                .containsEntry("day 2026-11-21T00:00:00Z spent", "5")
                .containsEntry("day 2026-11-22T00:00:00Z spent", "4");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNREADABLE", "NOT_WRITTEN"})
    void what_the_store_could_not_take_is_written_later_and_told_all_the_same(FaultyStore.Fault fault) {
        Process process = process(1);
        process.spend(20);
        store.next(fault);
        process.budget.round();
        assertThat(process.refuses()).isTrue();
        assertThat(process.told()).containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
        assertThat(process.budget.trouble())
                .contains("what it spends cannot be written down: State of a test does not answer; wait");

        process.budget.round();
        assertThat(process.budget.trouble()).isEmpty();
        assertThat(process.told()).hasSize(2);
        assertThat(process(2).told()).isEmpty();
        assertThat(process(2).spent()).isEqualTo(20);
    }

    @Test
    @Rule({"R27", "R28"})
    void a_store_that_throws_anything_hurts_nobody_and_is_not_quoted() {
        Process process = process(1);
        process.spend(20);
        store.next(FaultyStore.Fault.BROKEN);
        process.budget.round();
        assertThat(process.budget.trouble())
                .contains(
                        "what it spends cannot be written down: the store failed with java.lang.IllegalStateException");
        assertThat(process.told()).hasSize(2);
        process.budget.round();
        assertThat(process.budget.trouble()).isEmpty();
    }

    @Test
    void a_write_that_failed_after_it_happened_is_not_added_again() {
        Process process = process(1);
        Process other = process(2);
        process.spend(3);
        store.next(FaultyStore.Fault.WRITTEN_AND_FAILED);
        process.budget.round();
        process.spend(1);
        other.spend(2);
        other.budget.round(); // so that the latest record is no longer that of the doubtful write
        process.budget.round();
        assertThat(process.spent()).isEqualTo(6);
        assertThat(process(3).spent()).isEqualTo(6);
    }

    @Test
    void a_damaged_record_is_set_aside_told_and_raised_to_what_is_known() {
        Process one = process(1);
        Process other = process(2);
        one.spend(6);
        one.budget.round();
        other.spend(4);
        other.budget.round();
        one.spend(1);
        store.next(FaultyStore.Fault.DAMAGED);
        one.budget.round();
        assertThat(one.events.of(Event.BudgetForgotten.class))
                .containsExactly(new Event.BudgetForgotten(Process.AGENT));
        assertThat(one.spent()).isEqualTo(7); // it had not yet seen what the other wrote
        other.spend(1);
        other.budget.round();
        one.budget.round();
        assertThat(other.spent()).isEqualTo(11);
        assertThat(one.spent()).isEqualTo(11);
        assertThat(other.events.of(Event.BudgetForgotten.class)).isEmpty();
        assertThat(one.budget.trouble()).isEmpty();
    }

    @Test
    void a_process_that_knows_nothing_starts_a_damaged_record_from_nothing() {
        Process one = process(1);
        one.spend(6);
        one.budget.round();
        store.next(FaultyStore.Fault.DAMAGED);
        Process fresh = process(2);
        assertThat(fresh.spent()).isZero();
        assertThat(fresh.events.of(Event.BudgetForgotten.class)).hasSize(1);
        fresh.spend(1);
        fresh.budget.round();
        one.spend(1);
        one.budget.round();
        fresh.budget.round();
        assertThat(fresh.spent()).isEqualTo(7); // at least what one of them knew, and nothing twice
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            format                           | 2     | what it has spent cannot be read: it is of another format than 1
            day 2026-11-21T00:00:00Z spent   | a lot | what it has spent cannot be read: its field 'day 2026-11-21T00:00:00Z spent'
            day 2026-11-21T00:00:00Z spent   | -1    | what it has spent cannot be read
            day 2026-11-21T00:00:00Z spent   | 1e2   | what it has spent cannot be read
            day yesterday spent              | 1     | what it has spent cannot be read
            week 2026-11-21T00:00:00Z spent  | 1     | what it has spent cannot be read
            owner                            | me    | what it has spent cannot be read: its field 'owner' is not known here
            """)
    void a_sound_record_that_is_not_understood_is_left_alone(String name, String value, String trouble) {
        Map<String, String> fields = new TreeMap<>(Map.of("format", "1", "writer 7", "1"));
        fields.put(name, value);
        store.write(KEY, 0, StoredRecord.first(fields));
        Process process = process(1);
        process.spend(20);
        process.budget.round();
        assertThat(process.budget.trouble().orElseThrow()).startsWith(trouble);
        assertThat(process.refuses()).isTrue();
        assertThat(process.told()).hasSize(2);
        assertThat(fields()).isEqualTo(fields);
    }

    @Test
    void only_the_latest_periods_and_writers_are_remembered() {
        Instant day = Instant.parse("2026-01-01T12:00:00Z");
        for (int i = 0; i < 50; i++) {
            Process process = new Process(100 + i, TWENTY, store, day.plus(Duration.ofDays(i)));
            process.spend(1);
            process.budget.round();
        }
        assertThat(fields().keySet().stream().filter(name -> name.startsWith("day ")))
                .hasSize(8)
                .contains("day 2026-02-19T00:00:00Z spent", "day 2026-02-12T00:00:00Z spent");
        assertThat(fields().keySet().stream().filter(name -> name.startsWith("writer ")))
                .hasSize(32)
                .contains("writer " + Long.toHexString(149));
    }

    @Test
    void without_anything_new_nothing_is_written() {
        Process process = process(1);
        process.budget.round();
        assertThat(store.read(KEY)).isEmpty();
        process.spend(1);
        process.budget.round();
        process.budget.round();
        process.budget.round();
        assertThat(store.read(KEY).orElseThrow().epoch()).isEqualTo(1);
    }

    @Test
    void a_torn_file_is_kept_beside_the_new_one(@TempDir Path directory) throws IOException {
        RolloutStore files = new FileRolloutStore(directory);
        Process first = new Process(1, TWENTY, files);
        first.spend(19);
        first.budget.round();
        Path file = directory.resolve(KEY + ".state");
        assertThat(Files.readString(file)).contains("\nday 2026-11-21T00:00:00Z spent=19\n");
        Files.writeString(file, Files.readString(file).replace("=19", "=91"));

        first.spend(0.5);
        first.budget.round();
        assertThat(first.spent()).isEqualTo(19.5);
        assertThat(new Process(2, TWENTY, files).spent()).isEqualTo(19.5);
        try (var kept = Files.list(directory)) {
            assertThat(kept.map(path -> path.getFileName().toString())).contains(KEY + ".state.refused-1");
        }
    }

    @Test
    void a_memory_of_the_process_is_a_store_too() {
        Process process = new Process(1, TWENTY, new InMemoryRolloutStore());
        process.spend(20);
        process.budget.round();
        assertThat(process.told()).hasSize(2);
    }

    private Map<String, String> fields() {
        return store.read(KEY).orElseThrow().fields();
    }
}
