package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The orchestrator plays its incident by itself, faster than usual, and ends without a trace. */
class OrchestratorTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private OrchestratorOptions options(Duration incidentAfter) {
        return new OrchestratorOptions(folder, 0, 0, 20, incidentAfter, null);
    }

    private static HttpResponse<String> get(Orchestrator orchestrator, String path) throws Exception {
        URI there = orchestrator.uri().resolve(path);
        return HTTP.send(HttpRequest.newBuilder(there).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void the_incident_is_over_before_anybody_sees_an_error() throws Exception {
        Output out = new Output();
        try (Orchestrator orchestrator = new Orchestrator(options(Duration.ofSeconds(1)), out.stream())) {
            assertThat(get(orchestrator, "/health").body())
                    .contains("qa_agent", "support_agent", "legal_agent", "analyst_agent", "content_agent");

            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                HttpResponse<String> health = get(orchestrator, "/health/qa_agent");
                assertThat(health.statusCode()).isEqualTo(200);
                assertThat(health.body()).contains("was rolled back");
            });

            assertThat(get(orchestrator, "/metrics").body())
                    .contains("model_rollback_total{agent=\"qa_agent\",model=\"qa-tuned-v1.3\"} 1.0");
            assertThat(orchestrator.tally().failed()).isZero();
            assertThat(orchestrator.tally().calls()).isPositive();
            assertThat(out.text()).contains("qa-tuned-v1.3 is slow from now on");
        }
    }

    @Test
    void it_says_where_to_look_and_ends_without_a_trace() throws Exception {
        Set<String> before = threads();
        Output out = new Output();

        int exitCode = Orchestrator.run(
                List.of("--folder", folder.toString(), "--port", "0", "--models-port", "0", "--for", "0s"),
                out.stream());

        assertThat(exitCode).describedAs(out.text()).isZero();
        assertThat(out.text())
                .contains("console        http://127.0.0.1:", "token          " + folder.resolve("operator-token"))
                .contains("qa_agent       qa-tuned-v1.2, 20% of the users on qa-tuned-v1.3, RUNNING")
                .contains("analyst_agent  analyst-large, no candidate")
                .contains("/mood/qa-tuned-v1.3/slow");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    @Test
    void the_token_is_for_its_owner_only_and_stays() throws Exception {
        Path token = OperatorToken.in(folder);
        Path headers = folder.resolve("operator-headers");
        String first = Files.readString(token);

        assertThat(first).matches("[\\w-]{43}\\n");
        assertThat(headers).hasContent("Authorization: Bearer " + first + "X-Understudy-Change: 1");
        assertThat(List.of(token, headers))
                .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------"));
        assertThat(Files.readString(OperatorToken.in(folder))).isEqualTo(first);
    }

    @Test
    void what_is_taken_or_wrong_is_said_and_nothing_goes_on() throws Exception {
        Set<String> before = threads();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());

            assertThat(runs("--port", port, "--models-port", "0")).contains("1: Cannot listen on", port);
            assertThat(runs("--port", "0", "--models-port", port)).contains("1: Cannot listen on", port);
            assertThat(runs("--port", "0", "--models-port", "0")).contains("of an earlier run", "remove the folder");
            assertThat(runs("--wrong", "0")).contains("2: --wrong is not known", "--incident-after <time>");
            assertThat(runs("--help")).contains("0: Options of the orchestrator");
        }
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    private String runs(String... args) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(args));
        if (!all.contains("--help")) {
            all.addAll(List.of("--folder", folder.toString(), "--for", "0s"));
        }
        Output out = new Output();
        int exitCode = Orchestrator.run(all, out.stream());
        return exitCode + ": " + out.text();
    }

    private static Set<String> threads() {
        // OkHttp's own comes and goes, for the process; and who looks is seen.
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name ->
                        !Set.of("OkHttp TaskRunner", "awaitility-thread").contains(name))
                .map(name -> name.replaceAll("\\d+", "#"))
                .collect(Collectors.toSet());
    }
}
