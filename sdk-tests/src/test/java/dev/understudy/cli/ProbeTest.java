package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.HostileServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code understudy probe} against a server that does what it likes. */
class ProbeTest {

    private static final String KEY = "sk-CANARY-Zq8vT3mW+x5Rk2Lp9/Jd4=";

    @TempDir
    Path folder;

    private final HostileServer server = HostileServer.start();
    private Path file;

    private record Run(int code, String out, String err) {
        static Run of(Object... args) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int code = Understudy.commandLine()
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
            return new Run(code, out.toString(), err.toString());
        }

        List<String> lines() {
            return out.lines()
                    .map(line -> line.replaceAll(" \\d+ ms", " N ms").replaceAll(" {2,}", "  "))
                    .toList();
        }
    }

    @BeforeEach
    void configure() throws IOException {
        Files.writeString(folder.resolve("key"), KEY + "\n");
        file = Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  hostile: { api: openai, base_url: %s, api_key: file:key }
                  open: { api: openai, base_url: %s }
                deployments:
                  proven: { provider: hostile }
                  tuned: { provider: hostile }
                  local: { provider: open }
                agents:
                  qa_agent: { baseline: proven, candidate: tuned, timeout: 2s }
                  legal_agent: { baseline: local, timeout: 2s }
                """.formatted(server.baseUrl(), server.baseUrl()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void each_model_of_each_agent_is_asked_once() {
        Run run = Run.of("probe", file);

        assertThat(run.lines())
                .containsExactly(
                        "AGENT  VARIANT  MODEL  STATUS  LATENCY  KEY  RESULT",
                        "qa_agent  BASELINE  proven  200  N ms  accepted  answered",
                        "qa_agent  CANDIDATE  tuned  200  N ms  accepted  answered",
                        "legal_agent  BASELINE  local  200  N ms  none  answered");
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        for (String model : List.of("proven", "tuned", "local")) {
            assertThat(server.log().attempts(model)).hasSize(1);
        }
    }

    @Test
    void one_failure_is_a_failure_and_the_others_are_asked_all_the_same() {
        server.script("proven", "status;code=503;body=text");

        Run run = Run.of("probe", file, "--agent", "qa_agent");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.lines())
                .contains(
                        "qa_agent  BASELINE  proven  503  N ms  unknown  upstream",
                        "qa_agent  CANDIDATE  tuned  200  N ms  accepted  answered")
                .anySatisfy(line ->
                        assertThat(line).startsWith("qa_agent, BASELINE: ").contains("503"));
        assertThat(server.log().attempts("proven")).hasSize(1);
        assertThat(server.log().attempts("local")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "status;code=401;body=openai-key, 401, refused, authentication",
        "status;code=402;body=openai-quota, 402, accepted, quota",
        "status;code=404;body=text, 404, unknown, model_unavailable",
        "status;code=429;body=text, 429, unknown, rate_limited",
        "reset-before-headers, -, unknown, transport",
        "html, 200, unknown, malformed",
    })
    void a_failure_says_what_is_known_of_the_key(String fault, String status, String key, String outcome) {
        server.script("tuned", fault);

        Run run = Run.of("probe", file, "--agent", "qa_agent");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.lines()).contains("qa_agent  CANDIDATE  tuned  " + status + "  N ms  " + key + "  " + outcome);
    }

    @Test
    void a_silent_model_is_given_the_agents_timeout() throws IOException {
        Files.writeString(file, Files.readString(file).replace("timeout: 2s", "timeout: 300ms"));
        server.script("tuned", "silent");

        assertThat(Run.of("probe", file, "--agent", "qa_agent").lines())
                .contains("qa_agent  CANDIDATE  tuned  -  N ms  unknown  timeout");
    }

    @Test
    void results_for_programs_are_an_object_a_line() {
        server.script("tuned", "status;code=401;body=openai-key");

        Run run = Run.of("probe", file, "--agent", "qa_agent", "--json");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out().lines().map(line -> line.replaceAll("\"latency_ms\":\\d+", "\"latency_ms\":N")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("{\"agent\":\"qa_agent\",\"variant\":\"BASELINE\",\"model\":\"proven\","
                                        + "\"provider\":\"hostile\",\"answered\":true,\"status\":200,\"latency_ms\":N,"
                                        + "\"key\":\"accepted\",\"outcome\":\"answered\",\"message\":null}"),
                        line -> assertThat(line)
                                .startsWith("{\"agent\":\"qa_agent\",\"variant\":\"CANDIDATE\",\"model\":\"tuned\","
                                        + "\"provider\":\"hostile\",\"answered\":false,\"status\":401,\"latency_ms\":N,"
                                        + "\"key\":\"refused\",\"outcome\":\"authentication\",\"message\":\""));
    }

    @Test
    @Rule("R28")
    void the_key_is_never_shown_even_where_the_server_echoes_it() {
        for (String fault : List.of("echo-error", "status;code=401;body=openai-key", "html")) {
            server.script("proven", fault).script("tuned", fault);
            for (String option : List.of("--verbose", "--json")) {
                Run run = Run.of("probe", file, option);

                assertThat(run.out() + run.err()).doesNotContain("Zq8vT3mW", "x5Rk2Lp9", "CANARY");
            }
        }
    }
}
