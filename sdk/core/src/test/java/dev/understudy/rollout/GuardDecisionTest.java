package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.evidence.Wealth;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the evidence suffices, and what happens then. */
class GuardDecisionTest {

    private static final GuardSettings LIMIT = GuardSettings.DEFAULT.withP95(Duration.ofMillis(400));

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 1, 5, 25, 50, 90, 100})
    @Rule("R24")
    void three_slow_calls_of_a_new_candidate_are_enough_at_any_share(double percent) {
        Watched rollout = new Watched(LIMIT, percent);
        rollout.run(2, Variant.CANDIDATE, rollout.answers(680));
        assertThat(rollout.alarms).hasValue(0);
        rollout.run(1, Variant.CANDIDATE, rollout.answers(680));
        assertThat(rollout.alarms).hasValue(1);
        assertThat(rollout.inForce.isClosed()).isTrue();
        assertThat(rollout.guard.strongest()).isEqualTo(Guard.LATENCY_LIMIT);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 1, 5, 25, 50, 90, 100})
    @Rule("R24")
    void three_failed_calls_of_a_new_candidate_are_enough_at_any_share_and_without_a_limit(double percent) {
        Watched rollout = new Watched(GuardSettings.DEFAULT, percent);
        rollout.run(3, Variant.CANDIDATE, rollout.isRescued(FailureKind.UPSTREAM, 10));
        assertThat(rollout.alarms).hasValue(1);
        assertThat(rollout.inForce.share()).isEqualTo(Share.NONE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {50, 100})
    @Rule("R24")
    void a_candidate_that_was_good_for_long_is_taken_away_after_seven_bad_calls_all_the_same(double percent) {
        Watched rollout = new Watched(GuardSettings.DEFAULT, percent);
        rollout.run(5_000, Variant.CANDIDATE, rollout.answers(90));
        rollout.run(4, Variant.CANDIDATE, rollout.isRescued(FailureKind.UPSTREAM, 10));
        assertThat(rollout.alarms).hasValue(0);
        rollout.run(3, Variant.CANDIDATE, rollout.isRescued(FailureKind.UPSTREAM, 10));
        assertThat(rollout.alarms).hasValue(1);
    }

    @Test
    @Rule("R24")
    void slowness_is_found_out_after_any_number_of_good_calls_too() {
        Watched rollout = new Watched(LIMIT, 100);
        rollout.run(5_000, Variant.CANDIDATE, rollout.answers(90));
        rollout.run(7, Variant.CANDIDATE, rollout.answers(680));
        assertThat(rollout.alarms).hasValue(1);
        assertThat(rollout.guard.strongest()).isEqualTo(Guard.LATENCY_LIMIT);
    }

    @Test
    void bad_calls_among_many_good_ones_within_the_cap_are_forgotten() {
        Watched rollout = new Watched(GuardSettings.DEFAULT, 100);
        for (int i = 0; i < 500; i++) {
            rollout.run(1, Variant.CANDIDATE, rollout.isRescued(FailureKind.UPSTREAM, 10));
            rollout.run(24, Variant.CANDIDATE, rollout.answers(90));
        }
        assertThat(rollout.alarms).hasValue(0);
    }

    @Test
    @Rule("R24")
    void the_share_is_closed_before_the_alarm_and_stays_closed_whatever_the_ramp_sets() {
        Watched rollout = new Watched(LIMIT, 25);
        ShareInForce share = new ShareInForce(Share.percent(25));
        AtomicInteger closed = new AtomicInteger();
        RolloutGuard guard = new RolloutGuard(LIMIT, share, rollout.waiting, () -> {
            if (share.isClosed()) {
                closed.incrementAndGet();
            }
        });
        share.close();
        share.close();
        share.set(Share.percent(50));
        assertThat(share.share()).isEqualTo(Share.NONE);
        assertThat(share.isClosed()).isTrue();
        share.open(Share.percent(1));
        assertThat(share.share()).isEqualTo(Share.percent(1));
        share.set(Share.ALL);
        assertThat(share.share()).isEqualTo(Share.ALL);
        assertThat(guard.alarmed()).isFalse();
        assertThat(closed).hasValue(0);
    }

    @Test
    @Rule("R24")
    void the_alarm_is_given_once_and_again_only_after_a_reset() {
        Watched rollout = new Watched(LIMIT, 25);
        rollout.run(30, Variant.CANDIDATE, rollout.answers(680));
        assertThat(rollout.alarms).hasValue(1);
        assertThat(rollout.guard.alarmed()).isTrue();

        rollout.guard.reset();
        rollout.inForce.open(Share.percent(25));
        assertThat(rollout.guard.alarmed()).isFalse();
        assertThat(rollout.guard.logWealth()).isZero();
        rollout.run(3, Variant.CANDIDATE, rollout.answers(680));
        assertThat(rollout.alarms).hasValue(2);
    }

    @Test
    void a_call_belongs_to_the_trial_that_it_began_in() {
        Watched rollout = new Watched(LIMIT, 25);
        rollout.run(rollout.onCandidate(), call -> {
            rollout.guard.reset();
            return rollout.answers(680).play(call);
        });
        assertThat(rollout.guard.candidate().calls()).isZero();
        assertThat(rollout.guard.logWealth()).isZero();
    }

    @Test
    void a_guard_that_is_not_enabled_counts_and_decides_nothing() {
        Watched rollout = new Watched(new GuardSettings(false, Duration.ofMillis(400), 0.05, 0, 0), 25);
        rollout.run(30, Variant.CANDIDATE, rollout.answers(680));
        assertThat(rollout.alarms).hasValue(0);
        assertThat(rollout.guard.candidate().slow()).isEqualTo(30);
        assertThat(rollout.guard.logWealth()).isZero();
        assertThat(rollout.guard.passes()).isTrue();

        rollout.guard.reconfigure(LIMIT);
        rollout.guard.lookForSlow(rollout.waiting.nanoTime());
        assertThat(rollout.alarms).hasValue(1);
    }

    @Test
    void the_evidence_is_the_mean_of_the_guards_and_the_one_without_a_limit_is_out_of_it() {
        Watched rollout = new Watched(LIMIT, 10);
        rollout.run(40, Variant.CANDIDATE, rollout.answers(100));
        rollout.run(3, Variant.CANDIDATE, rollout.isRescued(FailureKind.UPSTREAM, 100));
        rollout.run(20, Variant.BASELINE, rollout.fails(FailureKind.UPSTREAM, 100));
        assertThat(rollout.guard.evidence()).hasSize(4);
        assertMeanOf(rollout);

        rollout.guard.reconfigure(GuardSettings.DEFAULT);
        assertThat(rollout.guard.evidence()).hasSize(3);
        assertMeanOf(rollout);
    }

    private static void assertMeanOf(Watched rollout) {
        double[] logs = rollout.guard.evidence().stream()
                .mapToDouble(GuardEvidence::logWealth)
                .toArray();
        assertThat(rollout.guard.logWealth()).isCloseTo(Wealth.logMeanExp(logs), within(1e-12));
    }

    @Test
    void a_good_candidate_passes_once_enough_of_its_calls_have_been_good() {
        Watched rollout = new Watched(LIMIT, 100);
        assertThat(rollout.guard.passes()).isFalse();
        int calls = 0;
        while (!rollout.guard.passes()) {
            rollout.run(1, Variant.CANDIDATE, rollout.answers(100));
            calls++;
        }
        // 20 = mean of ((1 - 0.05 f) / 0.95)^n over f in {0.1, 0.2, 0.4, 0.6, 0.8}, for both limits
        assertThat(calls).isBetween(60, 120);
    }

    @Test
    @Rule("R24")
    void an_outage_of_both_arms_says_nothing_about_the_candidate_by_comparison() {
        Watched rollout = new Watched(new GuardSettings(false, null, 0.05, 0, 0), 50);
        for (int i = 0; i < 300; i++) {
            rollout.run(1, Variant.CANDIDATE, rollout.fails(FailureKind.UPSTREAM, 100));
            rollout.run(1, Variant.BASELINE, rollout.fails(FailureKind.UPSTREAM, 100));
        }
        assertThat(rollout.evidence(Guard.ERROR_INCREASE).logWealth()).isNegative();
        assertThat(rollout.evidence(Guard.ERROR_INCREASE).total()).isEqualTo(600);
    }

    @Test
    void after_the_candidate_was_taken_away_the_baseline_is_watched_by_the_limit_that_fired() {
        Watched rollout = new Watched(LIMIT, 25);
        rollout.inForce.close();
        AtomicInteger seen = new AtomicInteger();
        BaselineWatch byLimit = rollout.guard.watchBaseline(Guard.LATENCY_LIMIT, 10, seen::incrementAndGet);
        rollout.run(4, Variant.BASELINE, rollout.answers(100));
        rollout.run(2, Variant.BASELINE, rollout.answers(500));
        rollout.run(1, Variant.BASELINE, rollout.fails(FailureKind.UPSTREAM, 10));
        rollout.run(5, Variant.BASELINE, rollout.fails(FailureKind.CANCELLED, 900));
        assertThat(byLimit.seen()).isEqualTo(7);
        assertThat(byLimit.bad()).isEqualTo(3);
        assertThat(byLimit.isOver()).isFalse();
        rollout.run(30, Variant.BASELINE, rollout.answers(500));
        assertThat(byLimit.seen()).isEqualTo(10);
        assertThat(byLimit.bad()).isEqualTo(6);
        assertThat(byLimit.isOver()).isTrue();
        assertThat(seen).hasValue(1);

        BaselineWatch byErrors = rollout.guard.watchBaseline(Guard.ERROR_CAP, 2, () -> {});
        rollout.run(1, Variant.BASELINE, rollout.answers(500));
        rollout.run(1, Variant.BASELINE, rollout.fails(FailureKind.UPSTREAM, 500));
        assertThat(byErrors.bad()).isOne();
    }

    @Test
    void the_latest_result_of_the_candidate_is_known_to_the_second() {
        Watched rollout = new Watched(LIMIT, 25);
        assertThat(rollout.guard.lastCandidateNanos()).isEmpty();
        for (int i = 0; i < 5; i++) {
            rollout.run(1, Variant.BASELINE, rollout.answers(5_000));
            rollout.run(1, Variant.CANDIDATE, rollout.answers(300));
            long ago = rollout.waiting.nanoTime()
                    - rollout.guard.lastCandidateNanos().getAsLong();
            assertThat(ago).isBetween(0L, 1_000_000_000L);
        }
    }
}
