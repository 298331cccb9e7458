package dev.understudy.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.testing.Rule;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More visitors than there are places: nobody waits for ever, nothing grows without bound, and a probe is answered. */
class ManyVisitsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<Wire> wires = new ArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger interrupted = new AtomicInteger();
    private HttpListener listener;

    private int start(Limits limits) throws IOException {
        listener = HttpListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Set.of(),
                List.of(
                        Endpoint.get("/wait", request -> {
                            stay(go);
                            return Answer.text(200, "done");
                        }),
                        Endpoint.get("/now", request -> Answer.text(200, "now")),
                        Endpoint.get("/vital", request -> Answer.text(200, "alive"))
                                .vitally(),
                        Endpoint.get(
                                "/flow",
                                request -> new Answer.Flowing(200, Map.of(), out -> {
                                    out.write(new byte[] {'f', 'i', 'r', 's', 't', '\n'});
                                    out.flush();
                                    stay(go);
                                })),
                        Endpoint.post("/hold", request -> {
                            stay(go);
                            return Answer.text(200, "" + request.body().length);
                        })),
                limits);
        return listener.address().getPort();
    }

    private void stay(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException end) {
            interrupted.incrementAndGet();
        }
    }

    private Wire wire(int port, String... lines) throws IOException {
        Wire wire = new Wire(port);
        wires.add(wire);
        return wire.say(lines);
    }

    @AfterEach
    void stop() throws IOException {
        go.countDown();
        for (Wire wire : wires) {
            wire.close();
        }
        listener.close();
    }

    private void occupy(int port, int visits) throws IOException {
        for (int i = 0; i < visits; i++) {
            wire(port, "GET /wait HTTP/1.1", "Host: localhost", "");
        }
        await().until(() -> listener.underWay() == visits);
    }

    @Test
    void whoever_finds_no_place_is_told_at_once_and_a_probe_is_answered() throws IOException {
        int port = start(new Limits(LONG, LONG, LONG, 3, 1 << 20));
        occupy(port, 3);

        assertThat(Wire.get(port, "/now")).startsWith("HTTP/1.1 503 ").contains("Retry-after: 1");
        assertThat(Wire.get(port, "/vital")).startsWith("HTTP/1.1 200 ").endsWith("alive");
        go.countDown();
        await().until(() -> listener.underWay() == 0);
        assertThat(Wire.get(port, "/now")).startsWith("HTTP/1.1 200 ").endsWith("now");
    }

    @Test
    void when_even_the_margin_is_taken_connections_are_closed_and_slow_ones_make_room() throws IOException {
        int port = start(new Limits(Duration.ofSeconds(4), LONG, LONG, 2, 1 << 20));
        List<Wire> slow = new ArrayList<>();
        for (int i = 0; i < 2 + Visits.MARGIN; i++) {
            Wire wire = new Wire(port);
            wires.add(wire);
            slow.add(wire.send("G"));
        }
        await().until(() -> listener.underWay() == 2 + Visits.MARGIN);

        assertThat(Wire.get(port, "/vital")).isEmpty();
        // In a crowd, a head must come in an eighth of its time.
        assertThat(slow.get(0).rest()).isEmpty();
        await().until(() -> listener.underWay() <= 2);
        assertThat(Wire.get(port, "/vital")).endsWith("alive");
    }

    @Test
    @Rule("R29")
    void bodies_take_no_more_memory_than_they_may_together() throws IOException {
        int port = start(new Limits(LONG, LONG, LONG, 64, 100_000));
        String body = "x".repeat(60_000);
        wire(port, head(body)).send(body);
        await().until(() -> listener.heldBytes() >= 60_000);

        assertThat(wire(port, head(body)).send(body).until("\r\n\r\n")).startsWith("HTTP/1.1 503 ");
        go.countDown();
        await().until(() -> listener.heldBytes() == 0);
        assertThat(wire(port, head(body)).send(body).until("60000")).startsWith("HTTP/1.1 200 ");
    }

    private static String[] head(String body) {
        return new String[] {
            "POST /hold HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            "Content-Length: " + body.length(),
            ""
        };
    }

    @Test
    void a_body_in_chunks_is_read_to_its_end_and_no_further_than_its_cap() throws IOException {
        int port = start(new Limits(LONG, LONG, LONG, 64, 1 << 20));
        go.countDown();
        String[] head = {
            "POST /hold HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Transfer-Encoding: chunked", ""
        };
        String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";

        assertThat(wire(port, head).send(chunk.repeat(4) + "0\r\n\r\n").until("65536"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(wire(port, head)
                        .send(chunk.repeat(4) + "1\r\nx\r\n0\r\n\r\n")
                        .until("\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    @Rule("R30")
    void closing_ends_what_flows_and_what_works_and_leaves_no_thread() throws IOException {
        int port = start(new Limits(LONG, LONG, LONG, 64, 1 << 20));
        Wire flowing = wire(port, "GET /flow HTTP/1.1", "Host: localhost", "");
        assertThat(flowing.until("first\n\r\n")).startsWith("HTTP/1.1 200 ");
        Wire working = wire(port, "GET /wait HTTP/1.1", "Host: localhost", "");
        Wire idle = wire(port, "GET /now HTTP/1.1", "Host: localhost", "");
        assertThat(idle.until("now")).startsWith("HTTP/1.1 200 ");
        await().until(() -> listener.underWay() == 2);

        listener.close();
        listener.close();

        assertThat(interrupted).hasValue(2);
        assertThat(flowing.rest()).isEmpty();
        assertThat(working.rest()).isEmpty();
        assertThat(idle.rest()).isEmpty();
        assertThat(listener.underWay()).isZero();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("understudy-server")
                        || name.equals("HTTP-Dispatcher")
                        || name.equals("idle-timeout-task")
                        || name.equals("server-timer")));
    }

    @Test
    void a_stream_that_nobody_reads_ends() throws IOException {
        listener = HttpListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Set.of(),
                List.of(Endpoint.get(
                        "/endless",
                        request -> new Answer.Flowing(200, Map.of(), out -> {
                            while (true) {
                                out.write(new byte[64 << 10]);
                                out.flush();
                            }
                        }))),
                new Limits(LONG, LONG, Duration.ofMillis(200), 64, 1 << 20));
        Wire wire = wire(listener.address().getPort(), "GET /endless HTTP/1.1", "Host: localhost", "");
        wire.until("\r\n\r\n");

        await().until(() -> listener.underWay() == 0);
    }
}
