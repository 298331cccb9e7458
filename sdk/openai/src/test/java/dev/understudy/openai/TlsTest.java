package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a bad certificate is, and what only looks like one. */
class TlsTest {

    private interface Behaviour {
        void meet(Socket client) throws Exception;
    }

    private static void serve(ServerSocket server, Behaviour behaviour) {
        Thread thread = new Thread(() -> {
            while (true) {
                try (Socket client = server.accept()) {
                    behaviour.meet(client);
                } catch (Exception e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static ChatException failure(ServerSocket server, Duration timeout) {
        try (Caller caller = new Caller(URI.create("https://localhost:" + server.getLocalPort() + "/v1"))) {
            return caller.failure(timeout);
        }
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_told_straight() throws Exception {
        try (ServerSocket server = Keys.servers().createServerSocket(0)) {
            serve(server, client -> client.getInputStream().read());
            ChatException failure = failure(server, Duration.ofSeconds(20));
            assertThat(failure.kind()).isEqualTo(FailureKind.CERTIFICATE);
            assertThat(failure).hasMessageContaining("certificate");
        }
    }

    @Test
    void a_reset_within_the_handshake_is_a_transport_failure() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            serve(server, client -> {
                client.getInputStream().read();
                client.setSoLinger(true, 0);
            });
            assertThat(failure(server, Duration.ofSeconds(20)).kind()).isEqualTo(FailureKind.TRANSPORT);
        }
    }

    @Test
    void a_server_that_speaks_no_tls_is_a_transport_failure() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            serve(server, client -> {
                client.getInputStream().read();
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes("US-ASCII"));
            });
            assertThat(failure(server, Duration.ofSeconds(20)).kind()).isEqualTo(FailureKind.TRANSPORT);
        }
    }

    @Test
    void silence_within_the_handshake_ends_at_the_deadline() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0)) {
            serve(server, client -> {
                try {
                    client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } finally {
                    closed.countDown();
                }
            });
            assertThat(failure(server, Duration.ofMillis(400)).kind()).isEqualTo(FailureKind.TIMEOUT);
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_name_that_is_not_in_the_certificate_is_told_straight() throws Exception {
        try (LoopbackServer server = LoopbackServer.secure((request, wire) -> wire.respond(200, Caller.ANSWER));
                Caller caller = Caller.trusting(
                        URI.create(server.baseUrl().toString().replace("localhost", "elsewhere.example")))) {
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.CERTIFICATE);
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void answers_come_over_one_connection() {
        try (LoopbackServer server = LoopbackServer.secure((request, wire) -> wire.respond(200, Caller.ANSWER));
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void silence_ends_at_the_deadline_and_closes_the_connection() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (LoopbackServer server = LoopbackServer.secure((request, wire) -> {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
                    wire.awaitClose(closed);
                });
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.failure(Duration.ofMillis(700)).kind()).isEqualTo(FailureKind.TIMEOUT);
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void what_is_too_much_is_too_much_behind_tls() {
        try (LoopbackServer server = LoopbackServer.secure((request, wire) -> {
                    wire.send("HTTP/1.1 200 OK\r\n");
                    while (true) {
                        wire.send("a\r\n".repeat(1000));
                    }
                });
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.TOO_LARGE);
        }
    }

    @Test
    void a_malformed_answer_spoils_its_connection() {
        try (LoopbackServer server = LoopbackServer.secure((request, wire) -> wire.respond(200, "{"));
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.MALFORMED);
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.MALFORMED);
            assertThat(server.connections()).isEqualTo(2);
        }
    }
}
