package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart, shortened to a few seconds. */
class QuickStartTest {

    /**
     * The same story, for a build machine that may stand still for a second: the candidate has 200 ms as in the quickstart,
     * the rescue all the time in the world, and the first step is the one that meets the incident.
     */
    private static Scenario shortened() throws IOException {
        String yaml = Scenario.yamlOfTheQuickstart()
                .replace("timeout: 500ms", "timeout: 10s")
                .replace("reserve: 300ms", "reserve: 9800ms")
                .replace("stages: [1%, 5%, 25%, 100%]", "stages: [5%, 100%]")
                .replace("hold: [8s, 1m, 1m]", "hold: 1m")
                .replace("min_calls: [2, 100, 100]", "min_calls: 2");
        assertThat(yaml).contains("timeout: 10s", "reserve: 9800ms", "stages: [5%, 100%]", "hold: 1m");
        return new Scenario(yaml, Scenario.phases(2, 5, 2), 6);
    }

    private static final Output out = new Output();

    @TempDir
    private static Path folder;

    private static Path report;
    private static Summary summary;

    @BeforeAll
    static void play() throws Exception {
        report = folder.resolve("friday-evening.html");
        summary = new QuickStart(shortened(), report, out.stream()).run();
    }

    @Test
    void no_caller_sees_the_incident_and_the_candidate_is_gone() {
        assertThat(summary.errors()).describedAs(out.text()).isZero();
        assertThat(summary.good()).describedAs(out.text()).isTrue();
        assertThat(summary.slowest()).isLessThan(Duration.ofMillis(10_250));
        RolloutDecision rollback = Objects.requireNonNull(summary.rollback());
        assertThat(rollback.sharePercent()).isZero();
        // Three bad ones of three users are enough; a few more were on their way by then, and none came afterwards.
        assertThat(rollback.candidateSeen().errors()).describedAs(out.text()).isBetween(1L, 6L);
        assertThat(summary.requestsAtBadCandidate()).describedAs(out.text()).isBetween(1L, 20L);
        assertThat(summary.decisions())
                .filteredOn(decision -> decision.to() == RolloutPhase.ROLLED_BACK)
                .hasSize(1);
        // The server's log and the callers agree: each call asked somebody, and no call asked more than four times.
        assertThat(summary.calls()).hasSizeGreaterThan(150);
        assertThat((long) summary.requests().size())
                .isBetween((long) summary.calls().size(), 4L * summary.calls().size());
    }

    @Test
    void it_says_what_happens() {
        assertThat(out.text())
                .containsSubsequence(
                        "Friday evening",
                        "rollout\n",
                        "5% RUNNING",
                        "turns slow",
                        "0% ",
                        "well again",
                        "0% ROLLED_BACK",
                        "Summary",
                        "errors seen by callers           0",
                        "Decisions",
                        "No caller saw an error");
        assertThat(out.text().lines().filter(line -> line.matches(" +\\d+ s .*")))
                .hasSize(9);
    }

    @Test
    void the_evidence_is_on_a_page() throws IOException {
        assertThat(report).exists();
        assertThat(Files.readString(report)).contains("qa-tuned-v1.3", "rolled back");
        assertThat(out.text()).contains(report.toUri().toString());
    }

    @Test
    void the_story_fits_into_a_minute_and_the_trace() throws Exception {
        Scenario scenario = Scenario.quickstart();

        assertThat(scenario.length()).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
        assertThat(scenario.length().toSeconds() * scenario.speed())
                .isLessThanOrEqualTo(Trace.load().seconds())
                .isEqualTo(4.6 * 60);
    }
}
