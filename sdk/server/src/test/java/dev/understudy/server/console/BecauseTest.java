package dev.understudy.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BecauseTest {

    private static final Duration LIMIT = Duration.ofMillis(500);

    private static RolloutDecision decision(RolloutReason reason, ArmCounts seen, GuardEvidence... evidence) {
        return new RolloutDecision(
                "qa_agent",
                "tuned",
                RolloutPhase.RUNNING,
                RolloutPhase.QUARANTINED,
                reason,
                25,
                0,
                "guard",
                "detail",
                List.of(evidence),
                ArmCounts.NONE,
                seen,
                Instant.EPOCH);
    }

    private static String because(ArmCounts seen, Guard guard, long bad, long total) {
        return Because.of(
                decision(
                        RolloutReason.GUARD,
                        seen,
                        new GuardEvidence(Guard.ERROR_CAP, -1, -1, 0, total),
                        new GuardEvidence(guard, 9, 9, bad, total)),
                LIMIT);
    }

    @Test
    void slow_calls_are_said_as_a_part_of_all_where_they_are_many() {
        assertThat(because(new ArmCounts(6, 0, 6), Guard.LATENCY_LIMIT, 6, 6))
                .isEqualTo("slower than 500 ms in 6 of 6 calls");
    }

    @Test
    void few_among_many_are_counted() {
        assertThat(because(new ArmCounts(1593, 0, 3), Guard.LATENCY_LIMIT, 3, 1593))
                .isEqualTo("3 calls slower than 500 ms, of 1,593 in this rollout");
        assertThat(because(new ArmCounts(593, 1, 0), Guard.ERROR_CAP, 1, 593))
                .isEqualTo("1 call failed, of 593 in this rollout");
    }

    @Test
    void a_call_that_failed_is_not_called_slow() {
        assertThat(because(new ArmCounts(6, 6, 0), Guard.LATENCY_LIMIT, 6, 6)).isEqualTo("failed in 6 of 6 calls");
        assertThat(because(new ArmCounts(6, 2, 4), Guard.LATENCY_LIMIT, 6, 6))
                .isEqualTo("slower than 500 ms or failed in 6 of 6 calls");
    }

    @Test
    void a_comparison_with_the_baseline_says_what_chance_would_have_dealt() {
        assertThat(because(new ArmCounts(40, 12, 0), Guard.ERROR_INCREASE, 12, 14))
                .isEqualTo(
                        "more failures than the baseline: 12 of the 14 users with failed calls were on it, though only"
                                + " 25 % of all users were");
        assertThat(because(new ArmCounts(40, 0, 12), Guard.LATENCY_INCREASE, 12, 14))
                .startsWith("slower than the baseline: 12 of the 14 users with slow calls were on it");
    }

    @Test
    void without_a_limit_or_evidence_it_says_what_is_known() {
        RolloutDecision slow = decision(
                RolloutReason.GUARD, new ArmCounts(6, 0, 6), new GuardEvidence(Guard.LATENCY_LIMIT, 9, 9, 6, 6));
        assertThat(Because.of(slow, null)).isEqualTo("slower than the limit in 6 of 6 calls");
        assertThat(Because.of(decision(RolloutReason.INCONCLUSIVE, ArmCounts.NONE), LIMIT))
                .isEqualTo(RolloutReason.INCONCLUSIVE.words());
        assertThat(Because.of(decision(RolloutReason.GUARD, ArmCounts.NONE), LIMIT))
                .isEqualTo(RolloutReason.GUARD.words());
    }
}
