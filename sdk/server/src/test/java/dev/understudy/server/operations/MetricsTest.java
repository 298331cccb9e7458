package dev.understudy.server.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.server.Served;
import dev.understudy.server.ServerOptions;
import dev.understudy.testing.Installed;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {

    @TempDir
    Path folder;

    private Served served;

    @BeforeEach
    void start() throws Exception {
        served = Served.in(folder);
        served.calls("qa_agent", 10);
    }

    @AfterEach
    void stop() {
        served.close();
    }

    @Test
    void prometheus_gets_its_text() throws Exception {
        HttpResponse<String> response = served.get("/metrics");
        assertThat(response.headers().firstValue("content-type")).contains(MetricsAnswer.TEXT);
        assertThat(response.body()).contains("model_requests_total{agent=\"qa_agent\"");
    }

    @Test
    void whoever_understands_open_metrics_gets_the_same_series_in_it() throws Exception {
        HttpResponse<String> response = served.get(
                "/metrics",
                "Accept",
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1");
        assertThat(response.headers().firstValue("content-type")).contains(MetricsAnswer.OPEN_METRICS);
        assertThat(response.body()).endsWith("# EOF\n");
        assertThat(series(response.body()))
                .isEqualTo(series(served.get("/metrics").body()));
    }

    private static Set<String> series(String text) {
        return text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void promtool_finds_nothing_but_the_milliseconds_that_the_runbooks_ask_for() throws Exception {
        Installed.require("apt-get install prometheus", "promtool");
        Path text = Files.writeString(
                folder.resolve("metrics.txt"), served.get("/metrics").body());
        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(text.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        promtool.waitFor();
        // The name is what the runbooks' queries ask for: its unit is what they read.
        assertThat(said.lines())
                .filteredOn(line ->
                        !line.matches("model_latency_ms(_max)? metric names should not contain abbreviated units"))
                .isEmpty();
    }

    @Test
    void without_meters_there_is_nothing() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (Served without =
                Served.in(other, Served.YAML, options -> ServerOptions.builder().port(0))) {
            assertThat(without.get("/metrics").statusCode()).isEqualTo(404);
        }
    }
}
