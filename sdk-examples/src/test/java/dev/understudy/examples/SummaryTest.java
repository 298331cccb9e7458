package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.examples.ModelServer.Mood;
import dev.understudy.examples.ModelServer.Request;
import dev.understudy.examples.Scoreboard.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

    private static final Call GOOD = new Call("qa-tuned-v1.2", false, 100_000_000, null);
    private static final Call RESCUED = new Call("qa-tuned-v1.2", true, 600_000_000, null);
    private static final Call FAILED = new Call(null, false, 300_000_000, "ModelTimeoutException: too slow");

    private static final RolloutDecision ROLLBACK = new RolloutDecision(
            "qa_agent",
            "qa-tuned-v1.3",
            RolloutPhase.RUNNING,
            RolloutPhase.QUARANTINED,
            RolloutReason.GUARD,
            25,
            0,
            "guard",
            "3 of 40 calls were bad",
            List.of(),
            ArmCounts.NONE,
            new ArmCounts(40, 3, 3),
            Instant.parse("2026-11-20T18:02:41Z"));

    private static Summary of(Call... calls) {
        List<Request> requests = List.of(
                new Request("qa-tuned-v1.2", Mood.WELL),
                new Request("qa-tuned-v1.3", Mood.SLOW),
                new Request("qa-tuned-v1.3", Mood.WELL));
        return new Summary(Duration.ofMillis(500), List.of(calls), requests, List.of(ROLLBACK), Duration.ofMillis(321));
    }

    @Test
    void it_counts_what_callers_and_the_server_saw() {
        Summary summary = of(GOOD, RESCUED, FAILED);

        assertThat(summary.errors()).isEqualTo(1);
        assertThat(summary.late()).isEqualTo(1);
        assertThat(summary.degraded()).isEqualTo(1);
        assertThat(summary.requestsAtCandidate()).isEqualTo(2);
        assertThat(summary.requestsAtBadCandidate()).isEqualTo(1);
    }

    @Test
    void one_error_is_no_success_and_is_shown() {
        Output out = new Output();

        of(GOOD, FAILED).print(out.stream());

        assertThat(of(GOOD, FAILED).good()).isFalse();
        assertThat(out.text())
                .contains(
                        "the first: ModelTimeoutException: too slow",
                        "stood still for up to 321 ms",
                        "FAILED: 1 callers saw an error.");
    }

    @Test
    void every_decision_is_told_with_its_reason() {
        Output out = new Output();

        of(GOOD).print(out.stream());

        assertThat(out.text())
                .contains("18:02:41  RUNNING at 25 % -> QUARANTINED at 0 % (the guard has evidence")
                .contains("3 bad calls were enough to take it away");
    }

    @Test
    void a_candidate_that_nobody_took_away_is_no_success() {
        Output out = new Output();
        Summary summary = new Summary(Duration.ofMillis(500), List.of(GOOD), List.of(), List.of(), Duration.ZERO);

        summary.print(out.stream());

        assertThat(summary.good()).isFalse();
        assertThat(out.text()).contains("FAILED: the candidate was not rolled back.");
    }

    @Test
    void a_late_answer_is_not_said_to_be_in_time() {
        Output out = new Output();

        of(GOOD, RESCUED).print(out.stream());

        assertThat(out.text()).contains("No caller saw an error.").doesNotContain("no call outran");
    }
}
