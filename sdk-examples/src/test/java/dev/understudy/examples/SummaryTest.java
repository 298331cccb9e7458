package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.examples.ModelServer.Mood;
import dev.understudy.examples.ModelServer.Request;
import dev.understudy.examples.Scoreboard.Call;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

    private static final Call GOOD = new Call("open-mistral-7b", false, 100_000_000, null);
    private static final Call RESCUED = new Call("open-mistral-7b", true, 600_000_000, null);
    private static final Call FAILED = new Call(null, false, 300_000_000, "ModelTimeoutException: too slow");

    private static Summary of(Call... calls) {
        List<Request> requests = List.of(
                new Request("open-mistral-7b", Mood.WELL),
                new Request("tuned-v1.3", Mood.SLOW),
                new Request("tuned-v1.3", Mood.WELL));
        return new Summary(Duration.ofMillis(500), List.of(calls), requests, Duration.ofMillis(321));
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
    void a_late_answer_is_not_said_to_be_in_time() {
        Output out = new Output();

        of(GOOD, RESCUED).print(out.stream());

        assertThat(out.text()).contains("No caller saw an error.").doesNotContain("no call outran");
    }
}
