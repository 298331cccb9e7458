package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The quickstart, shortened to a few seconds. */
class QuickStartTest {

    /**
     * The same story, for a build machine that may stand still for a second: the candidate has 200 ms as in the quickstart,
     * the rescue all the time in the world, and the breaker less of it to waste.
     */
    private static Scenario shortened() throws IOException {
        String yaml = Scenario.yamlOfTheQuickstart()
                .replace("timeout: 500ms", "timeout: 10s")
                .replace("reserve: 300ms", "reserve: 9800ms")
                .replace("open: 2s, max_open: 4s", "open: 500ms, max_open: 500ms");
        assertThat(yaml).contains("timeout: 10s", "reserve: 9800ms", "open: 500ms, max_open: 500ms");
        return new Scenario(yaml, Scenario.phases(1, 2, 2, 3), 6);
    }

    private static final Output out = new Output();
    private static Summary summary;

    @BeforeAll
    static void play() throws Exception {
        summary = new QuickStart(shortened(), out.stream()).run();
    }

    @Test
    void no_caller_sees_the_incident() {
        assertThat(summary.errors()).describedAs(out.text()).isZero();
        assertThat(summary.good()).isTrue();
        assertThat(summary.slowest()).isLessThan(Duration.ofMillis(10_250));
        // Five in a row open the breaker, a few more are on their way by then, and there are two probes a second.
        assertThat(summary.requestsAtBadCandidate()).describedAs(out.text()).isBetween(5L, 30L);
        assertThat(summary.degraded()).isGreaterThan(summary.requestsAtBadCandidate());
        // The server's log and the callers agree: each call asked somebody, and no call asked more than four times.
        assertThat(summary.calls()).hasSizeGreaterThan(200);
        assertThat((long) summary.requests().size())
                .isBetween((long) summary.calls().size(), 4L * summary.calls().size());
    }

    @Test
    void it_says_what_happens() {
        assertThat(out.text())
                .containsSubsequence(
                        "[analyst_agent, content_agent, legal_agent, qa_agent, support_agent]",
                        "All is well",
                        "breaker\n",
                        "CLOSED",
                        "turns slow",
                        "OPEN",
                        "answers 503",
                        "well again",
                        "CLOSED",
                        "Summary",
                        "errors seen by callers           0",
                        "No caller saw an error");
        assertThat(out.text().lines().filter(line -> line.matches(" +\\d+ s .*")))
                .hasSize(8);
    }

    @Test
    void the_story_fits_into_a_minute_and_the_trace() throws Exception {
        Scenario scenario = Scenario.quickstart();

        assertThat(scenario.length()).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
        assertThat(scenario.length().toSeconds() * scenario.speed())
                .isLessThanOrEqualTo(300)
                .isGreaterThan(0.9 * 300);
    }
}
