package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.Guard;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One logical call is one observation, on the arm that it was assigned to. */
class WhatCountsTest {

    private static final Set<FailureKind> NEUTRAL = EnumSet.of(
            FailureKind.CANCELLED,
            FailureKind.OUTRUN,
            FailureKind.INVALID_REQUEST,
            FailureKind.CONTEXT_LENGTH,
            FailureKind.CONTENT_FILTER,
            FailureKind.OVERLOADED,
            FailureKind.CIRCUIT_OPEN,
            FailureKind.BUDGET_EXCEEDED,
            FailureKind.RATE_LIMITED,
            FailureKind.QUOTA);

    private final Watched rollout = new Watched(GuardSettings.DEFAULT.withP95(Duration.ofMillis(400)), 25);

    private ArmCounts candidate() {
        return rollout.guard.candidate();
    }

    private ArmCounts baseline() {
        return rollout.guard.baseline();
    }

    @Test
    void good_calls_count_on_their_arm() {
        rollout.run(3, Variant.CANDIDATE, rollout.answers(100));
        rollout.run(2, Variant.BASELINE, rollout.answers(400));
        assertThat(candidate()).isEqualTo(new ArmCounts(3, 0, 0));
        assertThat(baseline()).isEqualTo(new ArmCounts(2, 0, 0));
    }

    @Test
    @Rule("R24")
    void a_rescued_candidate_failed_and_the_rescue_is_nothing_the_baseline_did() {
        rollout.run(1, Variant.CANDIDATE, rollout.isRescued(FailureKind.UPSTREAM, 50));
        assertThat(candidate()).isEqualTo(new ArmCounts(1, 1, 0));
        assertThat(baseline()).isEqualTo(ArmCounts.NONE);
    }

    @Test
    void a_rescue_that_fails_is_the_candidates_failure() {
        rollout.run(rollout.onCandidate(), call -> {
            call.degrade(FailureKind.UPSTREAM);
            return rollout.fails(FailureKind.CANCELLED, 50).play(call);
        });
        assertThat(candidate()).isEqualTo(new ArmCounts(1, 1, 0));
    }

    @Test
    void what_timed_out_is_slow_whatever_the_limit() {
        rollout.run(1, Variant.CANDIDATE, rollout.fails(FailureKind.TIMEOUT, 50));
        rollout.run(1, Variant.BASELINE, rollout.fails(FailureKind.TIMEOUT, 50));
        assertThat(candidate()).isEqualTo(new ArmCounts(1, 1, 1));
        assertThat(baseline()).isEqualTo(new ArmCounts(1, 1, 1));
    }

    private Watched.Script isOutrun(long millis) {
        return call -> {
            call.wasSlowForItself();
            return rollout.isRescued(FailureKind.OUTRUN, millis).play(call);
        };
    }

    @Test
    @Rule("R24")
    void a_candidate_that_is_outrun_again_and_again_is_slow_however_soon_its_callers_have_an_answer() {
        rollout.run(4, Variant.CANDIDATE, isOutrun(250));
        assertThat(candidate()).as("all but the first").isEqualTo(new ArmCounts(3, 0, 3));
        assertThat(rollout.alarms).hasValue(1);
        assertThat(rollout.evidence(Guard.ERROR_CAP).bad()).isZero();
        assertThat(baseline()).isEqualTo(ArmCounts.NONE);
    }

    @Test
    void a_candidate_that_is_outrun_now_and_then_is_only_what_it_usually_is() {
        for (int i = 0; i < 50; i++) {
            rollout.run(1, Variant.CANDIDATE, isOutrun(250));
            rollout.run(1, Variant.CANDIDATE, rollout.answers(100));
        }
        assertThat(candidate()).isEqualTo(new ArmCounts(50, 0, 0));
        assertThat(rollout.alarms).hasValue(0);
    }

    @Test
    @Rule("R24")
    void a_slow_answer_and_an_outrun_candidate_are_two_in_a_row() {
        rollout.run(1, Variant.CANDIDATE, rollout.answers(401));
        rollout.run(1, Variant.CANDIDATE, isOutrun(250));
        assertThat(candidate()).isEqualTo(new ArmCounts(2, 0, 2));
    }

    @Test
    void a_candidate_that_was_outrun_within_its_usual_time_says_nothing_and_above_all_nothing_good() {
        rollout.run(3, Variant.CANDIDATE, rollout.isRescued(FailureKind.OUTRUN, 250));
        assertThat(candidate()).isEqualTo(ArmCounts.NONE);
        rollout.run(3, Variant.CANDIDATE, rollout.isRescued(FailureKind.OUTRUN, 401));
        assertThat(candidate()).as("it passed the limit itself").isEqualTo(new ArmCounts(3, 0, 3));
    }

    @Test
    void slow_answers_are_slow_and_no_errors() {
        rollout.run(1, Variant.CANDIDATE, rollout.answers(401));
        rollout.run(1, Variant.BASELINE, rollout.answers(401));
        assertThat(candidate()).isEqualTo(new ArmCounts(1, 0, 1));
        assertThat(baseline()).isEqualTo(new ArmCounts(1, 0, 1));
        assertThat(rollout.evidence(Guard.ERROR_CAP).bad()).isZero();
        assertThat(rollout.evidence(Guard.ERROR_CAP).total()).isOne();
        assertThat(rollout.evidence(Guard.LATENCY_LIMIT).bad()).isOne();
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    @Rule("R10")
    void only_what_the_model_did_counts(FailureKind kind) {
        for (Variant variant : Variant.values()) {
            rollout.run(1, variant, rollout.fails(kind, 50));
        }
        rollout.run(1, Variant.CANDIDATE, rollout.isRescued(kind, 50));
        boolean neutral = NEUTRAL.contains(kind);
        assertThat(baseline().calls()).isEqualTo(neutral ? 0 : 1);
        assertThat(baseline().errors()).isEqualTo(neutral ? 0 : 1);
        assertThat(candidate().calls()).isEqualTo(neutral ? 0 : 2);
        assertThat(candidate().errors()).isEqualTo(neutral ? 0 : 2);
        assertThat(rollout.guard.lastCandidateNanos().isPresent()).isNotEqualTo(neutral);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void what_was_never_sent_is_nobodys_fault(FailureKind kind) {
        rollout.run(1, Variant.CANDIDATE, rollout.isRefused(kind));
        rollout.run(1, Variant.BASELINE, rollout.isRefused(kind));
        assertThat(candidate()).isEqualTo(ArmCounts.NONE);
        assertThat(baseline()).isEqualTo(ArmCounts.NONE);
    }

    @ParameterizedTest
    @EnumSource(
            value = CacheStatus.class,
            names = {"HIT", "SHARED"})
    void what_memory_or_another_call_answered_counts_for_nobody(CacheStatus status) {
        rollout.run(1, Variant.CANDIDATE, rollout.isRemembered(status, 1));
        rollout.run(1, Variant.BASELINE, rollout.isRemembered(status, 1));
        assertThat(candidate()).isEqualTo(ArmCounts.NONE);
        assertThat(baseline()).isEqualTo(ArmCounts.NONE);
    }

    @Test
    void an_expired_answer_after_a_failure_is_a_failure() {
        rollout.run(rollout.onBaseline(), call -> {
            call.countAttempt();
            call.degrade(FailureKind.UPSTREAM);
            return rollout.isRemembered(CacheStatus.STALE, 50).play(call);
        });
        assertThat(baseline()).isEqualTo(new ArmCounts(1, 1, 0));
    }

    @Test
    void who_asked_for_a_variant_or_no_candidate_stays_out() {
        for (Variant variant : Variant.values()) {
            rollout.run(
                    CallOptions.builder().unit("u").variant(variant).build(), rollout.fails(FailureKind.UPSTREAM, 900));
        }
        rollout.run(
                CallOptions.builder().unit("u").useFinetuned(false).build(), rollout.fails(FailureKind.UPSTREAM, 900));
        assertThat(candidate()).isEqualTo(ArmCounts.NONE);
        assertThat(baseline()).isEqualTo(ArmCounts.NONE);
        assertThat(rollout.guard.exposures()).isZero();
    }

    @Test
    void a_call_without_a_unit_counts_only_where_all_are_on_one_arm() {
        rollout.run(CallOptions.DEFAULT, rollout.answers(10));
        assertThat(baseline().calls()).isZero();

        rollout.inForce.set(Share.NONE);
        rollout.run(CallOptions.DEFAULT, rollout.answers(10));
        assertThat(baseline().calls()).isOne();

        rollout.inForce.set(Share.ALL);
        rollout.run(CallOptions.DEFAULT, rollout.answers(10));
        assertThat(candidate().calls()).isOne();
        assertThat(rollout.guard.exposures()).isZero();
        assertThat(rollout.guard.leaked()).isFalse();
    }

    @Test
    void without_a_limit_nothing_is_slow() {
        Watched unlimited = new Watched(GuardSettings.DEFAULT, 25);
        unlimited.run(1, Variant.CANDIDATE, unlimited.answers(50_000));
        unlimited.run(1, Variant.CANDIDATE, unlimited.isRescued(FailureKind.TIMEOUT, 50_000));
        assertThat(unlimited.guard.candidate()).isEqualTo(new ArmCounts(2, 1, 0));
        assertThat(unlimited.guard.evidence())
                .extracting("guard")
                .containsExactly(Guard.ERROR_CAP, Guard.ERROR_INCREASE, Guard.LATENCY_INCREASE);
    }
}
