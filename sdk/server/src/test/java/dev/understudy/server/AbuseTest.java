package dev.understudy.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.rollout.Share;
import dev.understudy.server.http.Limits;
import dev.understudy.server.http.Wire;
import dev.understudy.testing.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not be possible to whoever reaches the port: twelve ways to try, said on the wire as an attacker would. */
class AbuseTest {

    private static final String SET_TEN = "{\"action\": \"set\", \"percentage\": 10}";

    @TempDir
    static Path folder;

    private static Served served;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        Limits quick = new Limits(Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofMillis(500), 256, 1 << 20);
        served = Served.in(folder, Served.YAML, options -> options.limits(quick)
                .openAi(true)
                .allowedHosts("models.example.com"));
        port = served.port();
    }

    @AfterEach
    void nothing_was_changed_and_it_answers_still() throws IOException {
        assertThat(served.registry()
                        .configuration()
                        .agents()
                        .get("qa_agent")
                        .rollout()
                        .share())
                .isEqualTo(Share.percent(50));
        assertThat(served.registry().configuration().useFinetuned()).isTrue();
        assertThat(Files.readString(served.file())).isEqualTo(Served.YAML);
        assertThat(Wire.get(port, "/live")).startsWith("HTTP/1.1 200 ");
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    private String change(String body, String... otherHeaders) throws IOException {
        List<String> lines = new ArrayList<>(List.of("POST /rollouts/qa_agent HTTP/1.1", "Connection: close"));
        lines.addAll(List.of(otherHeaders));
        lines.addAll(List.of("Content-Length: " + body.length(), "", body));
        return Wire.answer(port, lines.toArray(String[]::new));
    }

    private static final String[] NOBODY = {"Host: localhost", "Content-Type: application/json"};

    private static String[] alice(String... more) {
        List<String> headers = new ArrayList<>(List.of(more));
        headers.addAll(List.of("Authorization: Bearer " + Served.TOKEN, "X-Understudy-Change: 1"));
        return headers.toArray(String[]::new);
    }

    // 1 and 2: the host

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:9464",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evil.example#localhost",
                "localhost@evil.example",
                "127.0.0.2",
                "0.0.0.0",
                "[::ffff:127.0.0.2]",
                "models.example.com.evil.example",
                "",
                "localhost:port",
            })
    void a_foreign_host_learns_nothing_and_changes_nothing(String host) throws IOException {
        String asked = Wire.answer(port, "GET /health HTTP/1.1", "Host: " + host, "Connection: close", "");
        assertThat(asked).containsPattern("^HTTP/1.1 4(00|21) ").doesNotContain("qa_agent");
        assertThat(change(SET_TEN, alice("Host: " + host, "Content-Type: application/json")))
                .containsPattern("^HTTP/1.1 4(00|21) ");
    }

    @Test
    void its_own_hosts_are_let_in() throws IOException {
        for (String host : List.of("localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:80", "models.example.com")) {
            assertThat(Wire.answer(port, "GET /health HTTP/1.1", "Host: " + host, "Connection: close", ""))
                    .describedAs(host)
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void a_request_with_two_hosts_with_none_or_with_one_in_its_line_is_refused() throws IOException {
        for (String[] request : List.of(
                new String[] {"GET /health HTTP/1.1", "Host: localhost", "Host: evil.example"},
                new String[] {"GET /health HTTP/1.1", "X: y"},
                new String[] {"GET /health HTTP/1.0", "X: y"},
                new String[] {"GET http://evil.example/health HTTP/1.1", "Host: localhost"},
                new String[] {"GET //evil.example/health HTTP/1.1", "Host: localhost"})) {
            List<String> lines = new ArrayList<>(List.of(request));
            lines.add("Connection: close");
            lines.add("");
            assertThat(Wire.answer(port, lines.toArray(String[]::new)))
                    .describedAs(String.join(", ", request))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    // 3: the page of another site

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://evil.example",
                "Origin: null",
                "Origin: http://localhost:1",
                "Origin: http://localhost.evil.example",
                "Origin: file://",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
            })
    void the_page_of_another_site_changes_nothing(String header) throws IOException {
        assertThat(change(SET_TEN, alice("Host: localhost:9464", "Content-Type: application/json", header)))
                .startsWith("HTTP/1.1 403 ");
        String call = "{\"model\": \"qa_agent\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}";
        assertThat(Wire.answer(
                        port,
                        "POST /v1/chat/completions HTTP/1.1",
                        "Host: localhost:9464",
                        "Connection: close",
                        "Content-Type: application/json",
                        header,
                        "Content-Length: " + call.length(),
                        "",
                        call))
                .startsWith("HTTP/1.1 403 ");
    }

    @Test
    void no_site_is_told_that_it_may_read_answers() throws IOException {
        assertThat(Wire.get(port, "/health", "Origin: https://evil.example"))
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("cross-origin-resource-policy: same-origin")
                .doesNotContainIgnoringCase("access-control-");
        assertThat(Wire.answer(
                        port,
                        "OPTIONS /rollouts/qa_agent HTTP/1.1",
                        "Host: localhost",
                        "Connection: close",
                        "Origin: https://evil.example",
                        "Access-Control-Request-Method: POST",
                        ""))
                .startsWith("HTTP/1.1 405 ")
                .doesNotContainIgnoringCase("access-control-");
    }

    // 4: a change by a link

    @Test
    void a_link_changes_nothing() throws IOException {
        assertThat(Wire.get(port, "/rollouts/qa_agent?action=set&percentage=10", alice()))
                .startsWith("HTTP/1.1 200 ")
                .contains("\"ceiling_percent\":50.0");
        assertThat(Wire.get(port, "/finetuned?use=false", alice()))
                .startsWith("HTTP/1.1 405 ")
                .contains("Allow: POST");
    }

    // 5 and 6: no token, and a wrong one

    @Test
    void without_a_token_nothing_changes() throws IOException {
        assertThat(change(SET_TEN, "Host: localhost", "Content-Type: application/json", "X-Understudy-Change: 1"))
                .startsWith("HTTP/1.1 401 ");
        assertThat(change(SET_TEN, NOBODY)).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void with_a_wrong_token_nothing_changes() throws IOException {
        for (String token : List.of("x", Served.TOKEN.substring(1), Served.TOKEN + "1", Served.KEY, "")) {
            assertThat(change(
                            SET_TEN,
                            "Host: localhost",
                            "Content-Type: application/json",
                            "X-Understudy-Change: 1",
                            "Authorization: Bearer " + token))
                    .startsWith("HTTP/1.1 401 ");
        }
    }

    // 7: a form

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Type: multipart/form-data; boundary=x",
                "Content-Type: text/plain",
                "Content-Type: text/plain; application/json",
                "X-No: content type",
            })
    void a_form_changes_nothing(String type) throws IOException {
        assertThat(change(SET_TEN, alice("Host: localhost", type))).startsWith("HTTP/1.1 415 ");
    }

    // 8: an oversized body

    @Test
    @Rule("R29")
    void an_oversized_body_is_refused() throws IOException {
        String body = " ".repeat(64 * 1024) + SET_TEN;
        assertThat(change(body, alice("Host: localhost", "Content-Type: application/json")))
                .startsWith("HTTP/1.1 413 ");
        // Not even the beginning of what is announced is waited for.
        try (Wire wire = new Wire(port)) {
            wire.say("POST /rollouts/qa_agent HTTP/1.1", "Host: localhost", "Content-Type: application/json");
            wire.say(alice()).say("Content-Length: 9223372036854775807", "");
            assertThat(wire.rest()).isEmpty();
        }
        assertThat(Wire.answer(
                        port,
                        "GET /health HTTP/1.1",
                        "Host: localhost",
                        "Connection: close",
                        "Content-Length: 2",
                        "",
                        "{}"))
                .startsWith("HTTP/1.1 400 ");
    }

    // 9: slow-loris

    @Test
    void whoever_speaks_too_slowly_is_not_waited_for() throws IOException {
        try (Wire head = new Wire(port);
                Wire body = new Wire(port)) {
            head.say("GET /health HTTP/1.1", "Host: localhost").send("X: ");
            body.say("POST /rollouts/qa_agent HTTP/1.1", "Host: localhost", "Content-Type: application/json");
            body.say(alice()).say("Content-Length: 40", "").send("{");
            assertThat(head.rest()).isEmpty();
            assertThat(body.rest()).isEmpty();
        }
    }

    // 10: paths that lead elsewhere

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../understudy.yaml",
                "/health/../../../etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/..%2f..%2fetc%2fpasswd",
                "/..%5c..%5cetc",
                "/health/%252e%252e/key",
                "/./key",
                "/key",
                "/health/..;/metrics",
                "/health%00.json",
                "/v1/../understudy.yaml",
            })
    void no_path_leads_to_a_file(String path) throws IOException {
        assertThat(Wire.get(port, path))
                .containsPattern("^HTTP/1.1 40[04] ")
                .doesNotContain("root:", Served.KEY, "canary");
    }

    // 11: methods

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "get", "G\u0001T"})
    void another_method_is_refused(String method) throws IOException {
        assertThat(Wire.answer(
                        port,
                        method + " /rollouts/qa_agent HTTP/1.1",
                        "Host: localhost",
                        "Connection: close",
                        "X-Secret: echo-me",
                        ""))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("allow: GET, HEAD, POST")
                .doesNotContain("echo-me");
    }

    @Test
    void it_is_no_proxy() throws IOException {
        assertThat(Wire.answer(port, "CONNECT evil.example:443 HTTP/1.1", "Host: localhost", ""))
                .doesNotContain("HTTP/1.1 200");
    }

    // 12: a thousand who say nothing

    @Test
    @Rule("R30")
    void a_thousand_idle_connections_are_in_nobodys_way_and_end_with_the_server() throws IOException {
        List<Wire> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                idle.add(new Wire(port));
            }
            assertThat(Wire.get(port, "/health")).startsWith("HTTP/1.1 200 ");
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().startsWith("understudy-server"))
                    .hasSizeLessThan(10);
            served.server().close();
            for (Wire wire : idle) {
                assertThat(wire.rest()).isEmpty();
            }
        } finally {
            for (Wire wire : idle) {
                wire.close();
            }
        }
        served.close();
        start();
    }

    // And: what other servers give away

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/understudy.yaml",
                "/understudy.yaml.state",
                "/config",
                "/configuration",
                "/env",
                "/actuator",
                "/actuator/env",
                "/actuator/heapdump",
                "/heapdump",
                "/threaddump",
                "/jolokia",
                "/debug/pprof",
                "/server-status",
                "/.git/config",
                "/.env",
                "/WEB-INF/web.xml",
                "/META-INF/MANIFEST.MF",
                "/finetuned/agents",
                "/live/x",
                "/metrics/x",
            })
    void nothing_is_dumped(String path) throws IOException {
        assertThat(Wire.get(port, path, alice())).startsWith("HTTP/1.1 404 ").doesNotContain("canary");
    }
}
