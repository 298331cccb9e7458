package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every state and everything that may come to it: what follows stands in one table. */
class TransitionTableTest {

    /**
     * A dot is no change, an exclamation mark a refusal with a reason. A cell names phase and reason, a step behind the slash
     * where it is not the second, and the share in per cent.
     */
    private static final String TABLE = """
        state                   | nothing | alarm              | suspicion       | split       | silence         | passed               | too old              | switch                 | percentage             | bad baseline                   | good baseline             | hold          | resume                        | reset
        RUNNING PASSED          | .       | QUARANTINED GUARD 0| HOLD SUSPECT 5  | HOLD SRM 5  | HOLD NO_DATA 5  | RUNNING PASSED/3 25  | HOLD INCONCLUSIVE 5  | OFF KILL_SWITCH 0      | HOLD MANUAL 2          | .                              | .                         | HOLD HELD 5   | !                             | RUNNING RESET/1 0
        HOLD HELD               | .       | QUARANTINED GUARD 0| .               | .           | .               | .                    | .                    | OFF KILL_SWITCH 0      | HOLD HELD 2            | .                              | .                         | .             | RUNNING RESUMED 5             | RUNNING RESET/1 0
        HOLD MANUAL             | .       | QUARANTINED GUARD 0| .               | .           | .               | .                    | .                    | OFF KILL_SWITCH 0      | HOLD MANUAL 2          | .                              | .                         | HOLD HELD 5   | RUNNING RESUMED 5             | RUNNING RESET/1 0
        HOLD SUSPECT            | .       | QUARANTINED GUARD 0| .               | .           | .               | .                    | .                    | OFF KILL_SWITCH 0      | HOLD SUSPECT 2         | .                              | .                         | HOLD HELD 5   | RUNNING RESUMED 5             | RUNNING RESET/1 0
        HOLD SRM                | .       | QUARANTINED GUARD 0| .               | .           | .               | .                    | .                    | OFF KILL_SWITCH 0      | HOLD SRM 2             | .                              | .                         | HOLD HELD 5   | RUNNING RESUMED 5             | RUNNING RESET/1 0
        HOLD INCONCLUSIVE       | .       | QUARANTINED GUARD 0| .               | .           | .               | .                    | .                    | OFF KILL_SWITCH 0      | HOLD INCONCLUSIVE 2    | .                              | .                         | HOLD HELD 5   | RUNNING RESUMED 5             | RUNNING RESET/1 0
        HOLD NO_DATA            | .       | QUARANTINED GUARD 0| HOLD SUSPECT 5  | HOLD SRM 5  | .               | RUNNING DATA_AGAIN 5 | .                    | OFF KILL_SWITCH 0      | HOLD MANUAL 2          | .                              | .                         | HOLD HELD 5   | RUNNING RESUMED 5             | RUNNING RESET/1 0
        HOLD SHARED_DEGRADATION | .       | .                  | .               | .           | .               | .                    | .                    | OFF KILL_SWITCH 0      | HOLD SHARED_DEGRADATION 0 | .                           | RUNNING RECOVERED/1 1     | HOLD HELD 0   | RUNNING RESUMED/1 0           | RUNNING RESET/1 0
        QUARANTINED GUARD       | .       | .                  | .               | .           | .               | .                    | .                    | OFF KILL_SWITCH 0      | QUARANTINED GUARD 0    | HOLD SHARED_DEGRADATION 0      | ROLLED_BACK GUARD 0       | !             | !                             | RUNNING RESET/1 0
        ROLLED_BACK GUARD       | .       | .                  | .               | .           | .               | .                    | .                    | .                      | ROLLED_BACK GUARD 0    | .                              | .                         | !             | !                             | RUNNING RESET/1 0
        COMPLETED PASSED        | .       | QUARANTINED GUARD/4 0 | HOLD SUSPECT/4 100 | HOLD SRM/4 100 | .        | .                    | .                    | OFF KILL_SWITCH/4 0    | COMPLETED PASSED/4 2   | .                              | .                         | !             | !                             | RUNNING RESET/1 0
        off RUNNING PASSED      | .       | .                  | .               | .           | .               | .                    | .                    | RUNNING PASSED 5       | .                      | .                              | .                         | OFF KILL_SWITCH 0 | !                         | OFF KILL_SWITCH/1 0
        off HOLD HELD           | .       | .                  | .               | .           | .               | .                    | .                    | HOLD HELD 5            | .                      | .                              | .                         | .             | OFF KILL_SWITCH 0             | OFF KILL_SWITCH/1 0
        off HOLD SRM            | .       | .                  | .               | .           | .               | .                    | .                    | HOLD SRM 5             | .                      | .                              | .                         | OFF KILL_SWITCH 0 | OFF KILL_SWITCH 0         | OFF KILL_SWITCH/1 0
        off HOLD SHARED_DEGRADATION | .   | .                  | .               | .           | .               | .                    | .                    | HOLD SHARED_DEGRADATION 0 | .                   | .                              | .                         | OFF KILL_SWITCH 0 | OFF KILL_SWITCH/1 0       | OFF KILL_SWITCH/1 0
        off QUARANTINED GUARD   | .       | .                  | .               | .           | .               | .                    | .                    | QUARANTINED GUARD 0    | .                      | .                              | .                         | !             | !                             | OFF KILL_SWITCH/1 0
        off COMPLETED PASSED    | .       | .                  | .               | .           | .               | .                    | .                    | COMPLETED PASSED/4 100 | .                      | .                              | .                         | !             | !                             | OFF KILL_SWITCH/1 0
        """;

    private static final Map<String, Input> INPUTS = inputs();

    /** Something that comes to a state. */
    private interface Input {
        RolloutState to(RolloutState state);
    }

    record Row(String state, Map<String, String> cells) {
        @Override
        public String toString() {
            return state;
        }
    }

    private static Map<String, Input> inputs() {
        Map<String, Input> inputs = new LinkedHashMap<>();
        inputs.put("nothing", seen(sights -> {}));
        inputs.put("alarm", seen(sights -> sights.alarmed = true));
        inputs.put("suspicion", seen(sights -> sights.strict = Math.log(21)));
        inputs.put("split", seen(sights -> sights.split = Math.log(1001)));
        inputs.put("silence", seen(sights -> sights.silence = Duration.ofMinutes(61)));
        inputs.put("passed", seen(sights -> {
            sights.dwell = Duration.ofHours(1);
            sights.calls = 310;
        }));
        inputs.put("too old", seen(sights -> {
            sights.dwell = Duration.ofDays(8);
            sights.now = Sights.BEGIN.plus(Duration.ofDays(8));
        }));
        inputs.put("switch", seen(sights -> sights.allowed = !sights.allowed));
        inputs.put("percentage", seen(sights -> sights.ceiling = Share.percent(2)));
        inputs.put("bad baseline", seen(sights -> sights.watch = new Sight.Watch(22, 3, Duration.ofMinutes(1))));
        inputs.put("good baseline", seen(sights -> sights.watch = new Sight.Watch(22, 2, Duration.ofMinutes(1))));
        inputs.put("hold", state -> Transitions.held(state, "ann", Sights.BEGIN));
        inputs.put("resume", state -> Transitions.resumed(state, "ann", Sights.BEGIN));
        inputs.put("reset", state -> Transitions.reset("qa_agent", state, "tuned", "ann", Sights.BEGIN));
        return inputs;
    }

    private static Input seen(java.util.function.Consumer<Sights> change) {
        return state -> {
            Sights sights = Sights.sights().with(seen -> seen.allowed = state.phase() != RolloutPhase.OFF);
            RolloutState next = Transitions.next(state, sights.with(change).see());
            return next == null ? state : next;
        };
    }

    static Stream<Row> rows() {
        List<String> lines = TABLE.lines().toList();
        List<String> heads = cells(lines.get(0));
        assertThat(heads.subList(1, heads.size())).isEqualTo(List.copyOf(INPUTS.keySet()));
        List<Row> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> cells = cells(line);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 1; i < heads.size(); i++) {
                row.put(heads.get(i), cells.get(i));
            }
            rows.add(new Row(cells.get(0), row));
        }
        return rows.stream();
    }

    private static List<String> cells(String line) {
        return Stream.of(line.split("\\|")).map(String::strip).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void what_follows_is_what_the_table_says(Row row) {
        String[] words = row.state().replace("off ", "").split(" ");
        RolloutPhase phase = RolloutPhase.valueOf(words[0]);
        RolloutReason reason = RolloutReason.valueOf(words[1]);
        RolloutState state = row.state().startsWith("off ") ? Sights.off(phase, reason) : Sights.state(phase, reason);
        Map<String, String> found = new LinkedHashMap<>();
        INPUTS.forEach((name, input) -> found.put(name, told(state, input)));
        assertThat(found).containsExactlyEntriesOf(row.cells());
    }

    private static String told(RolloutState state, Input input) {
        RolloutState next;
        try {
            next = input.to(state);
        } catch (IllegalStateException refused) {
            assertThat(refused).hasMessageContaining("'tuned' for agent 'qa_agent'");
            return "!";
        }
        if (next == state) {
            return ".";
        }
        assertThat(next.decisionCount()).isEqualTo(state.decisionCount() + 1);
        RolloutDecision decision = next.decisions().get(next.decisions().size() - 1);
        assertThat(decision.from()).isEqualTo(state.phase());
        assertThat(decision.to()).isEqualTo(next.phase());
        assertThat(decision.sharePercentBefore()).isEqualTo(state.share().percent());
        assertThat(decision.sharePercent()).isEqualTo(next.share().percent());
        String step = next.step() == 1 ? "" : "/" + (next.step() + 1);
        return next.phase() + " " + next.reason() + step + " "
                + next.share().toString().replace("%", "");
    }

    @Test
    void the_table_has_every_phase_and_every_reason_to_hold() {
        assertThat(rows().map(Row::state).map(state -> state.replace("off ", "").split(" ")[0]))
                .contains("RUNNING", "HOLD", "QUARANTINED", "ROLLED_BACK", "COMPLETED");
        assertThat(Stream.of(RolloutReason.values())
                        .filter(reason -> TABLE.contains("HOLD " + reason))
                        .toList())
                .containsExactlyInAnyOrder(
                        RolloutReason.HELD,
                        RolloutReason.MANUAL,
                        RolloutReason.SUSPECT,
                        RolloutReason.SRM,
                        RolloutReason.INCONCLUSIVE,
                        RolloutReason.NO_DATA,
                        RolloutReason.SHARED_DEGRADATION);
    }
}
