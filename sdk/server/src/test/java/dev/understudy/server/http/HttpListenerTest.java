package dev.understudy.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpListenerTest {

    private static final Limits QUICK =
            new Limits(Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(300), 2, 1 << 20);

    private final CountDownLatch interrupted = new CountDownLatch(1);
    private HttpListener listener;
    private int port;

    @BeforeEach
    void start() throws IOException {
        listener = HttpListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Set.of("models.example.com"),
                List.of(
                        Endpoint.get("/hello", request -> Answer.text(200, "hello")),
                        Endpoint.get("/vital", request -> Answer.text(200, "alive"))
                                .vitally(),
                        Endpoint.get("/long", request -> whenInterrupted()),
                        Endpoint.get("/big", request -> new Answer.Whole(200, Map.of(), new byte[32 << 20])),
                        Endpoint.get("/broken", request -> {
                            throw new IllegalStateException("with a secret");
                        }),
                        Endpoint.post("/count", request -> Answer.text(200, "" + request.body().length))),
                QUICK);
        port = listener.address().getPort();
    }

    private Answer whenInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException end) {
            interrupted.countDown();
        }
        return Answer.text(200, "over");
    }

    @AfterEach
    void stop() {
        listener.close();
    }

    @Test
    void an_answer_comes_with_what_browsers_must_know() throws IOException {
        assertThat(Wire.get(port, "/hello").lines())
                .contains("HTTP/1.1 200 OK", "X-content-type-options: nosniff", "Cache-control: no-store", "hello");
    }

    @Test
    void what_breaks_is_told_without_detail() throws IOException {
        assertThat(Wire.get(port, "/broken"))
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("secret", "IllegalState", "at dev.");
    }

    @Test
    void a_head_that_does_not_come_ends_the_connection() throws IOException {
        try (Wire wire = new Wire(port)) {
            assertThat(wire.send("GET /hello HT").rest()).isEmpty();
        }
    }

    @Test
    void a_body_that_does_not_come_ends_the_connection() throws IOException {
        try (Wire wire = new Wire(port)) {
            wire.say("POST /count HTTP/1.1", "Host: localhost", "Content-Type: application/json");
            assertThat(wire.say("Content-Length: 9", "", "{").rest()).isEmpty();
        }
    }

    @Test
    void whoever_does_not_read_is_not_waited_for() throws IOException {
        try (Wire wire = new Wire(port)) {
            wire.say("GET /big HTTP/1.1", "Host: localhost", "").until("\r\n\r\n");
            await().until(() -> listener.underWay() == 0);
        }
    }

    @Test
    void an_answer_that_takes_its_time_is_waited_for_until_the_end() throws Exception {
        try (Wire wire = new Wire(port)) {
            wire.say("GET /long HTTP/1.1", "Host: localhost", "");
            await().until(() -> listener.underWay() == 1);
            assertThat(interrupted.await(600, TimeUnit.MILLISECONDS)).isFalse();
            listener.close();
            assertThat(interrupted.getCount()).isZero();
        }
    }
}
