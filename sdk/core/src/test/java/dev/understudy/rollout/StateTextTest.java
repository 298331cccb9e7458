package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.error.StoreException;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written is what is read, and whatever else it is, it is refused. */
class StateTextTest {

    private static RolloutState eventful() {
        RolloutState state = Sights.state(RolloutPhase.RUNNING, RolloutReason.PASSED);
        state = Transitions.next(
                state, Sights.sights().with(sights -> sights.alarmed = true).see());
        state = Transitions.next(
                state,
                Sights.sights()
                        .with(sights -> sights.watch = new Sight.Watch(10, 0, Duration.ZERO))
                        .see());
        StateDraft draft = state.draft();
        draft.guard.put("guard.version", "1");
        draft.latched.addAll(List.of("tuned-0", "tuned-00"));
        draft.splitFloor = Double.POSITIVE_INFINITY;
        return Transitions.reset("qa_agent", draft.done(), "tuned-0", "an\"n \\ of\tops", Sights.BEGIN);
    }

    @Test
    void what_is_written_is_what_is_read() {
        RolloutState state = eventful();

        RolloutState read = StateText.read("qa_agent", state.fields());

        assertThat(read).usingRecursiveComparison().isEqualTo(state);
        assertThat(read.decisions()).isEqualTo(state.decisions());
    }

    @Test
    void no_more_than_a_hundred_decisions_are_kept_and_the_oldest_go_first() {
        RolloutState state = Sights.started();
        for (int i = 0; i < 150; i++) {
            state = Transitions.reset("qa_agent", state, "tuned", "ann-" + i, Sights.BEGIN);
        }

        assertThat(state.decisions()).hasSize(100);
        assertThat(state.decisions().get(99).by()).isEqualTo("ann-149");
        assertThat(state.decisions().get(0).by()).isEqualTo("ann-50");
        assertThat(StateText.read("qa_agent", state.fields()).decisionCount()).isEqualTo(151);
    }

    @ParameterizedTest
    @CsvSource({
        "format, 2",
        "scheme, h2",
        "agent, other_agent",
        "phase, JOGGING",
        "reason, ''",
        "step, -1",
        "step, 99999999999",
        "stage, 100001",
        "share, 50000",
        "since, yesterday",
        "generation, x",
        "evidence, LATENCY_LIMIT:NaN:0:0:0",
        "evidence, LATENCY_LIMIT:1:0:2:1",
        "candidate_seen, 1:2",
        "decision_count, 0",
        "decision.000, nonsense",
        "dismissed, maybe",
        "suspicion_floor, NaN",
        "fired_by, NOBODY",
    })
    void whatever_else_it_is_is_refused(String field, String value) {
        SortedMap<String, String> fields = new TreeMap<>(eventful().fields());
        fields.put(field, value);

        assertThatThrownBy(() -> StateText.read("qa_agent", fields))
                .isInstanceOfSatisfying(StoreException.class, refused -> assertThat(refused.damaged())
                        .isTrue())
                .hasMessageContaining("nobody gets the candidate; reset it by name");
    }

    @Test
    void a_missing_field_is_refused() {
        for (String field : eventful().fields().keySet()) {
            SortedMap<String, String> fields = new TreeMap<>(eventful().fields());
            fields.remove(field);
            boolean optional = field.startsWith("decision.")
                    || field.startsWith("latched.")
                    || field.startsWith("guard.")
                    || field.equals("salt")
                    || field.equals("fired_by");
            if (!optional) {
                assertThatThrownBy(() -> StateText.read("qa_agent", fields))
                        .as(field)
                        .isInstanceOf(StoreException.class);
            }
        }
    }
}
