package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.rollout.Share;
import dev.understudy.rollout.Written;
import dev.understudy.store.FileRolloutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compare and report, from what an application has written down. */
class CompareTest {

    @TempDir
    Path folder;

    private Path file;
    private FileRolloutStore store;

    @BeforeEach
    void configure() {
        file = Given.file(folder);
        store = new FileRolloutStore(folder.resolve("understudy.yaml.state"));
    }

    @Test
    void the_variants_stand_beside_each_other() {
        SeenCalls.write(store, "qa_agent", 100);

        Run run = Run.of("compare", file, "--agent", "qa_agent");

        assertThat(run.code()).isZero();
        assertThat(run.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH));
        assertThat(run.out().replaceAll("\\s+", " "))
                .startsWith("qa_agent, the last 1h: 2026-11-20T17:42:07Z to 2026-11-20T17:52:07Z BASELINE CANDIDATE"
                        + " model open-mistral-7b qa-tuned-v1.3")
                .contains("calls 1800 600 errors 0 0 error rate 0.00% (0.00% to ")
                .contains("tokens read 180000 60000 tokens written 36000 12000 cost 1.8000 0.6000")
                .contains("24.60% of 500 units on the candidate, 25.00% intended")
                .contains("p95 over the limit 3 600 0.50");
    }

    @Test
    void a_candidate_that_fails_is_an_exit_code() {
        SeenCalls.write(store, "qa_agent", 680);

        Run run = Run.of("compare", file, "--agent", "qa_agent", "--window", "rollout");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("the whole rollout").contains("FAIL: ").contains("100.00%");
    }

    @Test
    void for_programs_a_comparison_is_an_object() {
        SeenCalls.write(store, "qa_agent", 100);

        assertThat(Run.of("compare", file, "--agent", "qa_agent", "--json", "--window", "5m")
                        .lines())
                .singleElement()
                .asString()
                .startsWith("{\"agent\":\"qa_agent\",\"window\":\"300s\",\"from\":\"2026-11-20T17:4")
                .contains("\"baseline\":{\"model\":\"open-mistral-7b\",\"units\":")
                .contains("\"p95_ms\":{\"value\":")
                .contains("\"split\":{\"intended_share\":0.25,\"observed_share\":0.246,")
                .contains("\"evidence\":[{\"guard\":\"LATENCY_LIMIT\",\"bad\":3,\"total\":600,\"wealth\":");
    }

    @Test
    void an_experiment_is_answered_with_its_criteria() {
        file = Given.file(folder, Given.FILE.replace("percentage: 25,", "percentage: 25, experiment: { p95: 400ms },"));
        SeenCalls.write(store, "qa_agent", 100);

        Run run = Run.of("compare", file, "--agent", "qa_agent", "--window", "24h");

        assertThat(run.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH));
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("CRITERION WANTED SEEN ANSWER")
                .contains("p95 of the candidate at most 400")
                .contains("Experiment: CONTINUE: ");
        assertThat(Run.of("compare", file, "--agent", "qa_agent", "--json").out())
                .contains("\"experiment\":{\"answer\":\"CONTINUE\",\"why\":\"")
                .contains("\"wanted\":\"at most 400");
    }

    @Test
    void without_anything_written_there_is_nothing_to_compare() {
        Run run = Run.of("compare", file, "--agent", "qa_agent");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("Nothing is written about the calls of 'qa_agent' yet");
        assertThat(Run.of("compare", file, "--agent", "legal_agent").err()).contains("has no candidate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "0h", "-1h", "1 h", "1w", ""})
    void what_is_no_time_is_a_usage_error(String window) {
        Run run = Run.of("compare", file, "--window=" + window);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("write for example 5m, 1h, 24h, or rollout");
    }

    @ParameterizedTest
    @CsvSource({"PT5M, 5m", "PT1H, 1h", "PT24H, 24h", "PT48H, 2d", "PT90S, 90s"})
    void a_window_is_told_as_it_is_written(Duration window, String written) {
        assertThat(Window.spell(window)).isEqualTo("the last " + written);
        assertThat(new Window().convert(written)).isEqualTo(window);
    }

    // The report

    @Test
    void a_report_is_one_page() throws IOException {
        SeenCalls.write(store, "qa_agent", 680);
        Written.rolledBack(store, "qa_agent", "qa-tuned-v1.3", Share.percent(25));
        Path page = folder.resolve("out.html");

        Run run = Run.of("report", file, "--agent", "qa_agent", "-o", page);

        assertThat(run)
                .isEqualTo(new Run(0, "The rollout of 'qa_agent' is told in " + page + System.lineSeparator(), ""));
        assertThat(Files.readString(page))
                .contains("qa_agent", "qa-tuned-v1.3", "open-mistral-7b", "</html>")
                .doesNotContain("http://", "https://");
    }

    @Test
    void a_page_that_cannot_be_written_is_refused() {
        SeenCalls.write(store, "qa_agent", 100);

        Run run = Run.of("report", file, "--agent", "qa_agent", "-o", folder.resolve("none/out.html"));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("none/out.html cannot be written");
    }

    @Test
    void one_of_several_agents_is_named_for_a_report() {
        assertThat(Run.of("report", file, "-o", folder.resolve("out.html")).err())
                .startsWith("Several agents have a candidate");
        assertThat(Run.of("report", file, "--agent", "qa_agent").code()).isEqualTo(2);
    }
}
