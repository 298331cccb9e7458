package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What breaks on the way, and what errors carry besides their kind. */
class TransportTest {

    private static ChatException failure(LoopbackServer.Script script) {
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            ChatException failure = caller.failure();
            assertThat(server.requests()).as("nothing is sent twice").hasSize(1);
            return failure;
        }
    }

    @Test
    void a_refused_connection_is_a_transport_failure() throws IOException {
        int port;
        try (ServerSocket gone = new ServerSocket(0)) {
            port = gone.getLocalPort();
        }
        try (Caller caller = new Caller(URI.create("http://127.0.0.1:" + port + "/v1"))) {
            ChatException failure = caller.failure();
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSPORT);
            assertThat(failure).hasCauseInstanceOf(ConnectException.class);
            assertThat(failure.status()).isEmpty();
        }
    }

    @Test
    void a_reset_before_the_headers_is_a_transport_failure() {
        assertThat(failure((request, wire) -> wire.reset()).kind()).isEqualTo(FailureKind.TRANSPORT);
        assertThat(failure((request, wire) -> wire.close()).kind()).isEqualTo(FailureKind.TRANSPORT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-",
                "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"choices\":[]",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{\"choices\":[",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "garbage\r\n\r\n",
                "HTTP/1.1 abc\r\n\r\n",
            })
    void a_response_that_breaks_off_is_a_transport_failure(String raw) {
        ChatException failure = failure((request, wire) -> {
            wire.send(raw);
            wire.close();
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSPORT);
        assertThat(failure.getCause()).isInstanceOf(IOException.class);
    }

    @Test
    void a_whole_answer_in_half_a_body_is_a_cut_body() {
        assertThat(failure((request, wire) -> {
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + (Caller.ANSWER.length() + 10) + "\r\n\r\n"
                                    + Caller.ANSWER);
                            wire.close();
                        })
                        .kind())
                .isEqualTo(FailureKind.TRANSPORT);
    }

    @ParameterizedTest
    @CsvSource({"503, Retry-After: 0", "408, Connection: close", "421, X: y", "401, WWW-Authenticate: Basic realm=x"})
    void the_transport_does_not_try_again_by_itself(int status, String header) {
        assertThat(failure((request, wire) -> wire.respond(status, "", header)).status())
                .hasValue(status);
    }

    @Test
    void an_error_carries_what_the_upstream_said_about_trying_again() {
        ChatException failure = failure((request, wire) -> wire.respond(
                429,
                "{\"error\":{\"message\":\"Slow down\",\"code\":\"rate_limit_exceeded\"}}",
                "Retry-After: 7",
                "x-should-retry: false",
                "x-request-id: req-1"));

        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
        assertThat(failure.retryable()).isFalse();
        assertThat(failure.requestId()).contains("req-1");
        assertThat(failure.model()).contains("tuned");
        assertThat(failure)
                .hasMessage("Deployment 'tuned' at provider 'local' answered 429 (rate_limit_exceeded): Slow down; "
                        + "retry after 7000 ms");
    }

    @Test
    void a_proxys_status_that_no_proxy_sent_is_just_a_status() {
        ChatException failure = failure((request, wire) -> wire.respond(407, ""));
        assertThat(failure.kind()).isEqualTo(FailureKind.OTHER);
        assertThat(failure.status()).hasValue(407);
    }

    @Test
    void a_status_without_its_body_is_enough() {
        CountDownLatch closed = new CountDownLatch(1);
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\nRetry-After: 3\r\n\r\n{\"error\":{\"mess");
            wire.awaitClose(closed);
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.UPSTREAM);
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(3));
    }

    @Test
    void an_error_that_breaks_off_is_taken_by_what_arrived() {
        assertThat(failure((request, wire) -> {
                            wire.send("HTTP/1.1 429 No\r\nContent-Length: 100\r\n\r\n"
                                    + "{\"error\":{\"code\":\"insufficient_quota\",\"mess");
                            wire.close();
                        })
                        .kind())
                .isEqualTo(FailureKind.QUOTA);
    }

    @Test
    void a_connection_is_used_again_after_an_error_that_was_read() {
        try (LoopbackServer server = LoopbackServer.answering(500, "{\"error\":{\"message\":\"no\"}}");
                Caller caller = new Caller(server)) {
            caller.failure();
            caller.failure();
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    @Rule("R29")
    void an_error_without_end_is_not_read_to_it() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        ChatException failure = failure((request, wire) -> {
            wire.send("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n");
            try {
                while (true) {
                    wire.send("400\r\n" + "x".repeat(1024) + "\r\n");
                }
            } catch (IOException e) {
                closed.countDown();
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.UPSTREAM);
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_connection_is_used_again_by_any_thread() throws InterruptedException {
        try (LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER);
                Caller caller = new Caller(server)) {
            for (int i = 0; i < 20; i++) {
                Thread thread = new Thread(caller::chat);
                thread.start();
                thread.join();
            }
            assertThat(server.requests()).hasSize(20);
            assertThat(server.connections()).isOne();
        }
    }
}
