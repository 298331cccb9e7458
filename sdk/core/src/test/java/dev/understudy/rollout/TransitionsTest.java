package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.rollout.RampSettings.Inconclusive;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the table of transitions has no room for. */
class TransitionsTest {

    private static @Nullable RolloutState next(RolloutState state, Consumer<Sights> change) {
        return Transitions.next(state, Sights.sights().with(change).see());
    }

    private static RolloutState after(RolloutState state, Consumer<Sights> change) {
        return Objects.requireNonNull(next(state, change), "nothing follows");
    }

    private static RolloutState passing(RolloutPhase phase, int step) {
        StateDraft draft = Sights.started().draft();
        draft.toStep(step, Sights.RAMP.stages().get(step), Sights.BEGIN);
        return draft.to(phase, RolloutReason.PASSED).done();
    }

    // Climbing

    @Test
    void a_step_passes_only_with_time_and_calls() {
        RolloutState first = Sights.started();

        assertThat(next(first, sights -> sights.dwell = Duration.ofMinutes(10))).isNull();
        assertThat(next(first, sights -> sights.calls = 100)).isNull();
        assertThat(after(first, sights -> {
                            sights.dwell = Duration.ofMinutes(10);
                            sights.calls = 100;
                        })
                        .share())
                .isEqualTo(Share.percent(5));
    }

    @Test
    void calls_of_the_step_before_do_not_count() {
        RolloutState second = after(Sights.started(), sights -> {
            sights.dwell = Duration.ofMinutes(10);
            sights.calls = 1000;
        });

        assertThat(next(second, sights -> {
                    sights.dwell = Duration.ofHours(1);
                    sights.calls = 1299;
                }))
                .isNull();
        assertThat(next(second, sights -> {
                    sights.dwell = Duration.ofHours(1);
                    sights.calls = 1300;
                }))
                .isNotNull();
    }

    @Test
    void before_the_gate_it_needs_evidence_that_the_candidate_is_good() {
        RolloutState third = passing(RolloutPhase.RUNNING, 2);
        Consumer<Sights> long_enough = sights -> {
            sights.dwell = Duration.ofDays(1);
            sights.calls = 5000;
        };

        assertThat(next(third, long_enough)).isNull();
        assertThat(after(third, long_enough.andThen(sights -> sights.passes = true))
                        .share())
                .isEqualTo(Share.ALL);
    }

    @Test
    void after_the_last_step_it_is_completed_and_still_guarded() {
        RolloutState completed = after(passing(RolloutPhase.RUNNING, 3), sights -> {
            sights.dwell = Duration.ofDays(1);
            sights.calls = 5000;
        });

        assertThat(completed.phase()).isEqualTo(RolloutPhase.COMPLETED);
        assertThat(completed.share()).isEqualTo(Share.ALL);
        assertThat(after(completed, sights -> sights.alarmed = true).phase()).isEqualTo(RolloutPhase.QUARANTINED);
    }

    @Test
    void a_step_without_verdict_is_promoted_or_rolled_back_where_that_is_wanted() {
        RolloutState second = passing(RolloutPhase.RUNNING, 1);
        Consumer<Sights> old = sights -> {
            sights.dwell = Duration.ofHours(2);
            sights.now = Sights.BEGIN.plus(Duration.ofDays(8));
        };

        RolloutState promoted = after(second, old.andThen(sights -> sights.ramp = inconclusive(Inconclusive.PROMOTE)));
        assertThat(promoted.share()).isEqualTo(Share.percent(25));
        assertThat(promoted.reason()).isEqualTo(RolloutReason.INCONCLUSIVE);
        RolloutState back = after(second, old.andThen(sights -> sights.ramp = inconclusive(Inconclusive.ROLLBACK)));
        assertThat(back.phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
        assertThat(back.decisions().get(1).isRollback()).isFalse();
    }

    private static RampSettings inconclusive(Inconclusive policy) {
        return RampSettings.builder().stages(1, 5, 25, 100).inconclusive(policy).build();
    }

    // The percentage

    @Test
    void a_fixed_percentage_is_watched_but_neither_climbs_nor_holds() {
        RolloutState fixed = Transitions.started(
                "qa_agent", "tuned", "salt", null, Share.percent(25), RampSettings.NONE, Sights.BEGIN);
        Consumer<Sights> unramped = sights -> {
            sights.ramp = RampSettings.NONE;
            sights.ceiling = Share.percent(25);
        };

        assertThat(fixed.share()).isEqualTo(Share.percent(25));
        assertThat(next(fixed, unramped.andThen(sights -> {
                    sights.dwell = Duration.ofDays(30);
                    sights.calls = 1_000_000;
                    sights.silence = Duration.ofDays(1);
                    sights.now = Sights.BEGIN.plus(Duration.ofDays(30));
                })))
                .isNull();
        RolloutState raised = after(fixed, unramped.andThen(sights -> sights.ceiling = Share.percent(50)));
        assertThat(raised.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(raised.share()).isEqualTo(Share.percent(50));
        assertThat(after(fixed, unramped.andThen(sights -> sights.alarmed = true))
                        .phase())
                .isEqualTo(RolloutPhase.QUARANTINED);
    }

    @Test
    void steps_that_come_to_a_fixed_percentage_do_not_raise_it_though_the_ceiling_is_gone() {
        RolloutState fixed = Transitions.started(
                "qa_agent", "tuned", "salt", null, Share.percent(25), RampSettings.NONE, Sights.BEGIN);

        RolloutState climbing = after(fixed, sights -> {}); // stages, and no percentage: 100 %

        assertThat(climbing.share()).isEqualTo(Share.percent(25));
        assertThat(climbing.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(climbing.step()).isEqualTo(2);
        assertThat(next(climbing, sights -> {})).isNull();
    }

    @Test
    void steps_that_are_changed_keep_what_was_reached_as_far_as_a_step_allows_it() {
        RolloutState third = passing(RolloutPhase.RUNNING, 2);

        RolloutState finer = after(
                third,
                sights -> sights.ramp =
                        RampSettings.builder().stages(10, 20, 30, 40).build());

        assertThat(finer.share()).isEqualTo(Share.percent(20));
        assertThat(finer.step()).isEqualTo(1);
    }

    @Test
    void a_ramp_that_is_taken_out_leaves_the_percentage() {
        RolloutState held = Sights.state(RolloutPhase.HOLD, RolloutReason.HELD);

        RolloutState fixed = after(held, sights -> {
            sights.ramp = RampSettings.NONE;
            sights.ceiling = Share.percent(10);
        });

        assertThat(fixed.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(fixed.share()).isEqualTo(Share.percent(10));
    }

    @Test
    void a_ceiling_of_none_neither_climbs_nor_misses_calls() {
        RolloutState closed = after(Sights.started(), sights -> sights.ceiling = Share.NONE);
        RolloutState resumed = Transitions.resumed(closed, "ann", Sights.BEGIN);
        RolloutState seen = after(resumed, sights -> sights.ceiling = Share.NONE); // notes what was dismissed

        assertThat(next(seen, sights -> {
                    sights.ceiling = Share.NONE;
                    sights.dwell = Duration.ofDays(9);
                    sights.silence = Duration.ofDays(9);
                    sights.now = Sights.BEGIN.plus(Duration.ofDays(9));
                    sights.calls = 100_000;
                }))
                .isNull();
    }

    // Taken away

    @Test
    @Rule("R24")
    void the_third_time_a_shared_degradation_is_held_against_the_candidate() {
        StateDraft draft =
                Sights.state(RolloutPhase.QUARANTINED, RolloutReason.GUARD).draft();
        Consumer<Sights> bad = sights -> sights.watch = new Sight.Watch(10, 3, Duration.ZERO);

        draft.degradations = 1;
        assertThat(after(draft.done(), bad).phase()).isEqualTo(RolloutPhase.HOLD);
        draft.degradations = 2;
        assertThat(after(draft.done(), bad).phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
    }

    @Test
    @Rule("R24")
    void without_calls_of_the_baseline_the_verdict_comes_after_five_minutes() {
        RolloutState quarantined = Sights.state(RolloutPhase.QUARANTINED, RolloutReason.GUARD);

        assertThat(next(quarantined, sights -> sights.watch = new Sight.Watch(9, 9, Duration.ofMinutes(4))))
                .isNull();
        assertThat(after(quarantined, sights -> sights.watch = new Sight.Watch(9, 2, Duration.ofMinutes(5)))
                        .phase())
                .isEqualTo(RolloutPhase.ROLLED_BACK);
        assertThat(after(quarantined, sights -> sights.watch = new Sight.Watch(9, 3, Duration.ofMinutes(5)))
                        .phase())
                .isEqualTo(RolloutPhase.HOLD);
    }

    @Test
    void a_recovered_baseline_begins_at_the_first_step_without_evidence_and_remembers_how_often() {
        RolloutState shared = Sights.state(RolloutPhase.HOLD, RolloutReason.SHARED_DEGRADATION);

        RolloutState again = after(shared, sights -> sights.watch = new Sight.Watch(22, 2, Duration.ofMinutes(3)));

        assertThat(again.step()).isZero();
        assertThat(again.generation()).isGreaterThan(shared.generation());
        assertThat(again.degradations()).isEqualTo(1);
        assertThat(again.evidence()).isEmpty();
    }

    @Test
    void evidence_that_sufficed_behind_the_kill_switch_is_not_forgotten() {
        RolloutState off = Sights.off(RolloutPhase.RUNNING, RolloutReason.PASSED);

        RolloutState on = after(off, sights -> sights.alarmed = true);

        assertThat(on.phase()).isEqualTo(RolloutPhase.QUARANTINED);
        assertThat(on.share()).isEqualTo(Share.NONE);
    }

    // Persons

    @Test
    void what_a_person_has_dismissed_holds_again_only_if_more_comes_on_top() {
        RolloutState suspect = after(Sights.started(), sights -> sights.strict = Math.log(30));
        RolloutState resumed = Transitions.resumed(suspect, "ann", Sights.BEGIN);
        RolloutState noted = after(resumed, sights -> sights.strict = Math.log(30));

        assertThat(noted.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(noted.decisionCount()).isEqualTo(resumed.decisionCount());
        assertThat(next(noted, sights -> sights.strict = Math.log(30))).isNull();
        assertThat(next(noted, sights -> sights.strict = Math.log(590))).isNull();
        assertThat(after(noted, sights -> sights.strict = Math.log(601)).reason())
                .isEqualTo(RolloutReason.SUSPECT);
    }

    @Test
    void a_leak_that_a_person_has_dismissed_is_not_told_again() {
        RolloutState leaky = after(Sights.started(), sights -> sights.leaked = true);
        assertThat(leaky.reason()).isEqualTo(RolloutReason.SRM);
        assertThat(leaky.share()).isEqualTo(Share.percent(1));

        RolloutState noted = after(Transitions.resumed(leaky, "ann", Sights.BEGIN), sights -> sights.leaked = true);

        assertThat(next(noted, sights -> sights.leaked = true)).isNull();
    }

    @Test
    @Rule("R24")
    void a_rolled_back_candidate_stays_so_when_another_was_there_in_between() {
        RolloutState back = Sights.state(RolloutPhase.ROLLED_BACK, RolloutReason.GUARD);
        RolloutState other =
                Transitions.started("qa_agent", "tuned-2", "salt-2", back, Share.ALL, Sights.RAMP, Sights.BEGIN);
        assertThat(other.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(other.salt()).isEqualTo("salt-2");
        assertThat(other.latched()).containsExactly("tuned");

        RolloutState returned =
                Transitions.started("qa_agent", "tuned", "salt", other, Share.ALL, Sights.RAMP, Sights.BEGIN);
        assertThat(returned.phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
        assertThat(returned.share()).isEqualTo(Share.NONE);
        assertThat(returned.decisions().get(returned.decisions().size() - 1).isRollback())
                .isFalse();

        RolloutState named = Transitions.reset("qa_agent", other, "tuned", "ann", Sights.BEGIN);
        assertThat(named.latched()).isEmpty();
        assertThat(named.share()).isEqualTo(other.share());
        assertThat(Transitions.started("qa_agent", "tuned", "salt", named, Share.ALL, Sights.RAMP, Sights.BEGIN)
                        .phase())
                .isEqualTo(RolloutPhase.RUNNING);
    }

    @Test
    void a_reset_names_a_candidate_that_was_rolled_back() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Transitions.reset("qa_agent", Sights.started(), "tunde", "ann", Sights.BEGIN))
                .withMessage("Rollout of agent 'qa_agent' is about 'tuned', and 'tunde' was not rolled back;"
                        + " name the one that is to start again");
    }

    @Test
    void a_candidate_that_was_re_armed_from_nothing_begins_when_the_steps_are_known() {
        RolloutState armed = Transitions.reset("qa_agent", null, "tuned", "ann", Sights.BEGIN);
        assertThat(armed.share()).isEqualTo(Share.NONE);

        RolloutState begun = after(armed, sights -> {});

        assertThat(begun.stage()).isEqualTo(Share.percent(1));
        assertThat(begun.reason()).isEqualTo(RolloutReason.RESET);
    }

    @Test
    void gates_and_holds_are_those_of_the_step() {
        RampSettings ramp = RampSettings.builder()
                .stages(10, 50)
                .hold(List.of(Duration.ofSeconds(5)))
                .minCalls(List.of(3))
                .gates(Set.of(Share.percent(50)))
                .build();

        assertThat(ramp.hold(1)).isEqualTo(Duration.ofSeconds(5));
        assertThat(ramp.gated(0)).isFalse();
        assertThat(ramp.gated(1)).isTrue();
    }
}
