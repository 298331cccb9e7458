package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever is seen, in whatever order: some things never happen. */
class TransitionPropertiesTest {

    private static final List<RampSettings> RAMPS = List.of(
            RampSettings.NONE,
            Sights.RAMP,
            RampSettings.builder().stages(10, 50).build(),
            RampSettings.builder()
                    .stages(5, 25, 100)
                    .inconclusive(RampSettings.Inconclusive.PROMOTE)
                    .build());

    private final SplittableRandom chance = new SplittableRandom(20261120);
    private Duration time = Duration.ZERO;
    private Share ceiling = Share.ALL;
    private RampSettings ramp = Sights.RAMP;
    private boolean allowed = true;

    @Test
    @Rule("R24")
    void a_share_only_rises_by_a_step_or_a_person_and_a_rollback_only_ends_by_one() {
        int rolledBack = 0;
        int completed = 0;
        for (int run = 0; run < 3000; run++) {
            RolloutState state = Transitions.started(
                    "qa_agent", "tuned", "salt", null, ceiling = Share.ALL, ramp = Sights.RAMP, Sights.BEGIN);
            time = Duration.ZERO;
            allowed = true;
            for (int i = 0; i < 60; i++) {
                boolean person = chance.nextInt(10) == 0;
                RolloutState next = person ? steered(state) : looked(state);
                if (next != null && next != state) {
                    check(state, next, person);
                    state = next;
                }
            }
            rolledBack += state.phase() == RolloutPhase.ROLLED_BACK ? 1 : 0;
            completed += state.phase() == RolloutPhase.COMPLETED ? 1 : 0;
        }
        assertThat(rolledBack).isGreaterThan(50);
        assertThat(completed).isGreaterThan(5);
    }

    private RolloutState steered(RolloutState state) {
        try {
            return switch (chance.nextInt(4)) {
                case 0 -> Transitions.held(state, "ann", Sights.BEGIN.plus(time));
                case 1, 2 -> Transitions.resumed(state, "ann", Sights.BEGIN.plus(time));
                default -> Transitions.reset("qa_agent", state, "tuned", "ann", Sights.BEGIN.plus(time));
            };
        } catch (IllegalStateException nothingToDo) {
            return state;
        }
    }

    private RolloutState looked(RolloutState state) {
        if (chance.nextInt(20) == 0) {
            ceiling = Share.percent(chance.nextInt(101));
        }
        if (chance.nextInt(20) == 0) {
            ramp = RAMPS.get(chance.nextInt(RAMPS.size()));
        }
        if (chance.nextInt(10) == 0) {
            allowed = !allowed;
        }
        time = time.plusMinutes(chance.nextInt(2000));
        return Transitions.next(
                state,
                Sights.sights()
                        .with(sights -> {
                            sights.now = Sights.BEGIN.plus(time);
                            sights.allowed = allowed;
                            sights.ceiling = ceiling;
                            sights.ramp = ramp;
                            sights.alarmed = chance.nextInt(30) == 0;
                            sights.strict = chance.nextInt(30) == 0 ? 4 : 0;
                            sights.split = chance.nextInt(40) == 0 ? 8 : 0;
                            sights.leaked = chance.nextInt(60) == 0;
                            sights.passes = chance.nextBoolean();
                            sights.calls = chance.nextInt(5000);
                            sights.dwell = Duration.ofMinutes(chance.nextInt(3000));
                            sights.silence = Duration.ofMinutes(chance.nextInt(70));
                            sights.watch = new Sight.Watch(chance.nextInt(23), chance.nextInt(4), time);
                        })
                        .see());
    }

    private void check(RolloutState before, RolloutState after, boolean person) {
        assertThat(after.share()).isLessThanOrEqualTo(after.ceiling());
        boolean quiet = after.decisionCount() == before.decisionCount();
        if (quiet) {
            assertThat(after.share()).isEqualTo(before.share());
            assertThat(after.phase()).isEqualTo(before.phase());
            return;
        }
        RolloutDecision decision = after.decisions().get(after.decisions().size() - 1);
        assertThat(decision.sharePercentBefore()).isEqualTo(before.share().percent());
        assertThat(decision.sharePercent()).isEqualTo(after.share().percent());
        if (after.share().compareTo(before.share()) > 0) {
            assertThat(decision.reason())
                    .isIn(
                            RolloutReason.STARTED,
                            RolloutReason.PASSED,
                            RolloutReason.INCONCLUSIVE,
                            RolloutReason.MANUAL,
                            RolloutReason.SWITCHED_ON,
                            RolloutReason.RECOVERED);
            boolean climbed =
                    decision.reason() == RolloutReason.PASSED || decision.reason() == RolloutReason.INCONCLUSIVE;
            if (climbed) {
                assertThat(after.step()).isEqualTo(before.step() + 1);
            }
            if (decision.reason() == RolloutReason.RECOVERED) {
                assertThat(after.step()).isZero();
            }
        }
        if (before.phase() == RolloutPhase.ROLLED_BACK && after.phase() != RolloutPhase.ROLLED_BACK) {
            assertThat(decision.reason()).isEqualTo(RolloutReason.RESET);
            assertThat(person).isTrue();
        }
        assertThat(StateText.read("qa_agent", after.fields()).fields()).isEqualTo(after.fields());
    }
}
