package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.error.StoreException;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.store.StoredRecord;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a person does, with a store alone. */
class SteeringTest {

    private final FaultyStore store = new FaultyStore();
    private final AtomicInteger looks = new AtomicInteger();
    private final Steering steering = new Steering(store, "qa_agent", () -> Sights.BEGIN, looks::incrementAndGet);

    private void stored(RolloutState state) {
        store.inner.write("qa_agent", 0, StoredRecord.first(state.fields()));
    }

    @Test
    void a_hold_is_written_with_who_and_why_and_told_to_who_looks() {
        stored(Sights.started());

        RolloutState held = steering.hold("ann");

        assertThat(held.phase()).isEqualTo(RolloutPhase.HOLD);
        assertThat(steering.state()).hasValueSatisfying(read -> {
            assertThat(read.reason()).isEqualTo(RolloutReason.HELD);
            assertThat(read.decisions().get(1).by()).isEqualTo("ann");
        });
        assertThat(looks).hasValue(1);
    }

    @Test
    void holding_twice_changes_nothing() {
        stored(Sights.started());
        steering.hold("ann");
        steering.hold("bob");

        assertThat(store.inner.read("qa_agent").orElseThrow().epoch()).isEqualTo(2);
    }

    @Test
    void what_others_write_in_between_is_kept() {
        stored(Sights.started());
        store.meanwhile = () -> new Steering(store.inner, "qa_agent", () -> Sights.BEGIN).hold("bob");

        RolloutState resumed = steering.hold("ann");

        assertThat(resumed.decisions()).extracting(decision -> decision.by()).containsExactly("ramp", "bob");
    }

    @Test
    void where_there_is_nothing_only_a_reset_does_something() {
        assertThat(steering.state()).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(() -> steering.hold("ann"))
                .withMessage("Agent 'qa_agent' has no rollout yet; a registry begins it");

        assertThat(steering.reset("tuned", "ann").share()).isEqualTo(Share.NONE);
        assertThat(steering.state()).isPresent();
    }

    @Test
    void a_damaged_state_is_set_aside_by_a_reset_and_by_nothing_else() {
        stored(Sights.started());
        store.readsFail = true;
        assertThatThrownBy(() -> steering.hold("ann")).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> steering.resume("ann")).isInstanceOf(StoreException.class);

        assertThat(steering.reset("tuned", "ann").reason()).isEqualTo(RolloutReason.RESET);
    }

    @Test
    void a_name_is_short_and_on_one_line() {
        assertThatIllegalArgumentException().isThrownBy(() -> steering.hold(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> steering.resume("a\nb"));
        assertThatIllegalArgumentException().isThrownBy(() -> steering.reset("tuned", "x".repeat(101)));
    }

    @Test
    void what_cannot_be_written_is_told() {
        stored(Sights.started());
        store.writesFail = true;

        assertThatThrownBy(() -> steering.hold("ann")).hasMessageContaining("disk full");
    }
}
