package dev.understudy.tests.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server that lies must itself be trusted: asked by a client that knows no HTTP. */
@Timeout(30)
class HostileServerTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final HostileServer server = HostileServer.start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void a_model_without_a_fault_is_answered_properly_and_the_connection_stays() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("m").readAnswer()).startsWith("HTTP/1.1 200 ").contains("A proper answer");
            assertThat(client.ask("m").readAnswer()).contains("A proper answer");
        }

        assertThat(server.log().attempts("m"))
                .extracting(Attempt::requestOfConnection)
                .containsExactly(1, 2);
        assertThat(server.log().attempts("m")).extracting(Attempt::ended).containsOnly(Attempt.End.ANSWERED);
        assertThat(server.log().connections()).isEqualTo(1);
        assertThat(server.log().awaitNoConnections(SOON)).isTrue();
    }

    @Test
    void the_log_knows_the_request() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            client.ask("m", "X-Odd:  blanks \r\nX-Odd: twice\r\n").readAnswer();
            client.ask("m").readAnswer();
        }

        Attempt first = server.log().attempts().get(0);
        assertThat(first.header("x-odd")).isEqualTo(Optional.of("blanks"));
        assertThat(first.headers()).filteredOn(h -> h.getKey().equals("x-odd")).hasSize(2);
        assertThat(first.keyArrived()).isFalse();
        assertThat(first.path()).isEqualTo("/v1/chat/completions");
        assertThat(first.body()).contains("What is it?");
        assertThat(first.bytesRead()).isGreaterThan(first.body().length());
        assertThat(first.bytesWritten()).isGreaterThan(100);
        assertThat(server.log().attempts().get(1).keyArrived()).isTrue();
    }

    @Test
    void a_request_may_come_byte_by_byte_and_chunked() throws IOException {
        String json = "{\"model\":\"m\"}";
        String request = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(json.length())
                + "\r\n" + json + "\r\n0\r\n\r\n";
        try (PlainClient client = new PlainClient(server)) {
            for (char c : request.toCharArray()) {
                client.send(String.valueOf(c));
            }
            assertThat(client.readAnswer()).contains("A proper answer");
        }

        assertThat(server.log().attempts("m")).hasSize(1);
    }

    @Test
    void a_script_plays_in_order_and_its_last_fault_stays() throws IOException {
        server.script("m", "status;code=503", "status;code=429;retry-after=2", "answer;text=at last");

        List<String> answers = new ArrayList<>();
        try (PlainClient client = new PlainClient(server)) {
            for (int i = 0; i < 4; i++) {
                answers.add(client.ask("m").readAnswer());
            }
        }

        assertThat(answers.get(0)).startsWith("HTTP/1.1 503");
        assertThat(answers.get(1)).startsWith("HTTP/1.1 429").contains("retry-after: 2\r\n");
        assertThat(answers.get(2)).contains("at last");
        assertThat(answers.get(3)).contains("at last");
    }

    @Test
    void echo_says_what_was_asked() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:echo").readAnswer()).contains("\"content\":\"What is it?\"");
        }
    }

    @Test
    void an_unknown_fault_is_told_apart_from_every_real_one() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:no-such").readAnswer())
                    .startsWith("HTTP/1.1 477")
                    .contains("no-such");
        }
        assertThatThrownBy(() -> Fault.named("fault:silent;sometimes=yes"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sometimes");
    }

    @Test
    void a_reset_is_a_reset() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:reset-before-headers").readUntilReset())
                    .isEmpty();
        }
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:reset-mid-headers").readUntilReset())
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("\r\n\r\n");
        }
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:reset-mid-body").readUntilReset()).contains("\r\n\r\n{");
        }

        assertThat(server.log().attempts()).extracting(Attempt::ended).containsOnly(Attempt.End.CUT);
    }

    @Test
    void a_close_is_a_close() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:close-before-headers").readAll()).isEmpty();
        }
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:close-mid-body").readAll()).contains("\r\n\r\n{");
        }
        try (PlainClient client = new PlainClient(server)) {
            String all = client.ask("fault:cut-body").readAll();
            int promised = Integer.parseInt(all.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
            assertThat(all.length() - all.indexOf("\r\n\r\n") - 4).isEqualTo(promised - 100);
        }
    }

    @Test
    void an_idle_connection_is_given_up_when_it_is_used_again() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:close-on-reuse").readAnswer()).contains("A proper answer");
            assertThat(client.ask("fault:close-on-reuse").readAll()).isEmpty();
        }
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:answer-then-close").readAll()).contains("A proper answer");
        }
    }

    @Test
    void silence_lasts_until_the_client_leaves_and_the_log_says_when() throws IOException {
        long left;
        try (PlainClient client = new PlainClient(server)) {
            client.ask("fault:silent");
            assertThat(server.log().awaitAttempts("fault:silent", 1, SOON)).isTrue();
            assertThat(server.log().inFlight("fault:silent")).isEqualTo(1);
            left = System.nanoTime();
        }
        Attempt attempt = server.log().attempts().get(0);
        assertThat(server.log().await(() -> attempt.ended() != Attempt.End.OPEN, SOON))
                .isTrue();
        assertThat(attempt.ended()).isEqualTo(Attempt.End.CLOSED_BY_PEER);
        assertThat(attempt.closedByPeerNanos()).isGreaterThanOrEqualTo(left);
        assertThat(attempt.bytesWritten()).isZero();
        assertThat(server.log().inFlight("fault:silent")).isZero();
    }

    @Test
    void a_stalled_body_begins_and_does_not_end() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:stall-mid-body").readUntil("\r\n\r\n{"))
                    .startsWith("HTTP/1.1 200");
            assertThatThrownBy(() -> client.within(Duration.ofMillis(100)).readAll())
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void dripping_takes_its_time() throws IOException {
        long start = System.nanoTime();
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.ask("fault:drip-body;every-ms=2").readAnswer()).contains("A proper answer");
        }

        Attempt attempt = server.log().attempts().get(0);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(400));
        assertThat(attempt.ended()).isEqualTo(Attempt.End.ANSWERED);
    }

    @Test
    void concurrency_is_what_was_really_in_flight() throws IOException {
        server.script("slow", "answer;after-ms=100");
        List<PlainClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(new PlainClient(server).ask("slow"));
        }
        for (PlainClient client : clients) {
            client.readAnswer();
            client.close();
        }

        assertThat(server.log().peak("slow")).isEqualTo(5);
        assertThat(server.log().inFlight("slow")).isZero();
    }

    /** What R6 is measured by: one after the other must never look like two at once. */
    @ParameterizedTest
    @ValueSource(strings = {"answered", "abandoned"})
    void requests_one_after_the_other_never_overlap(String how) throws IOException {
        server.script("m", how.equals("answered") ? "answer" : "silent");
        for (int i = 0; i < 300; i++) {
            try (PlainClient client = new PlainClient(server)) {
                client.ask("m");
                if (how.equals("answered")) {
                    client.readAnswer();
                }
            }
        }

        assertThat(server.log().awaitAttempts("m", 300, SOON)).isTrue();
        assertThat(server.log().peak("m")).isLessThanOrEqualTo(1);
        assertThat(server.log().await(() -> server.log().inFlight("m") == 0, SOON))
                .isTrue();
    }

    @Test
    void big_bodies_are_as_big_as_they_say() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            String head = client.ask("fault:big-body;mib=20").readUntil("\r\n\r\n");
            long promised = Long.parseLong(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
            assertThat(promised).isGreaterThan(20 * 1024 * 1024);
            assertThat(client.count(promised)).isEqualTo(promised);
        }
    }

    @Test
    void endless_bodies_and_headers_end_with_the_client() throws IOException {
        for (String name : List.of("endless-body", "endless-headers", "endless-header-line", "flood-1xx")) {
            try (PlainClient client = new PlainClient(server)) {
                assertThat(client.ask("fault:" + name).count(5_000_000)).isGreaterThanOrEqualTo(5_000_000);
            }
            Attempt attempt = server.log().attempts("fault:" + name).get(0);
            assertThat(server.log().await(() -> attempt.ended() == Attempt.End.CLOSED_BY_PEER, SOON))
                    .as(name)
                    .isTrue();
        }
    }

    @Test
    void a_bomb_is_small_on_the_wire_and_big_when_unpacked() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            String all = client.ask("fault:gzip-bomb;mib=30").readAnswer();
            byte[] packed = all.substring(all.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(packed.length).isLessThan(100_000);
            try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
                assertThat(unpacked.skip(Long.MAX_VALUE)).isGreaterThan(30 * 1024 * 1024);
            }
        }
    }

    @Test
    void what_is_no_http_is_answered_with_garbage_and_logged() throws IOException {
        try (PlainClient client = new PlainClient(server)) {
            assertThat(client.send("\u0016\u0003\u0001 hello").readAll()).contains("garbage");
        }
        assertThat(server.log().unreadable()).hasSize(1);
        assertThat(server.log().attempts()).isEmpty();
    }

    static List<String> everyFault() {
        return List.copyOf(Faults.names());
    }

    /** Nothing in the catalogue breaks the server itself, and every exchange ends when its client leaves. */
    @ParameterizedTest
    @MethodSource("everyFault")
    void every_fault_begins_and_ends(String name) throws IOException {
        String model = "fault:" + name;
        try (PlainClient client = new PlainClient(server)) {
            client.ask(model);
            assertThat(server.log().awaitAttempts(model, 1, SOON)).isTrue();
        }
        assertThat(server.log().awaitNoConnections(SOON)).isTrue();
        assertThat(server.log().inFlight(model)).isZero();
        try (PlainClient next = new PlainClient(server)) {
            assertThat(next.ask("m").readAnswer()).contains("A proper answer");
        }
    }

    @Test
    void a_closed_server_refuses_and_leaves_nobody_waiting() throws Exception {
        PlainClient client = new PlainClient(server).ask("fault:silent");
        assertThat(server.log().awaitAttempts("fault:silent", 1, SOON)).isTrue();

        server.close();
        server.close();

        assertThat(server.log().attempts().get(0).ended()).isEqualTo(Attempt.End.SERVER_CLOSED);
        assertThat(server.log().openConnections()).isZero();
        assertThatThrownBy(() -> new PlainClient(server)).isInstanceOf(ConnectException.class);
        client.close();
    }
}
