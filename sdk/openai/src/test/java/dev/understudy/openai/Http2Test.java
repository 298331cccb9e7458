package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Many calls share one connection; what ends is the stream. */
class Http2Test {

    @Test
    void calls_at_once_share_a_connection() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(4);
        try (Http2Server server = new Http2Server(stream -> {
                    all.countDown();
                    try {
                        all.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    stream.respond(200, Caller.ANSWER);
                });
                Caller caller = Caller.trusting(server.baseUrl())) {
            List<String> texts = new CopyOnWriteArrayList<>();
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> texts.add(caller.chat().text()));
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(texts).hasSize(4).containsOnly("Hello.");
            // Those that began before the first had shaken hands made connections of their own, and gave them up.
            int before = server.connections();
            caller.chat();
            assertThat(server.connections()).isEqualTo(before);
        }
    }

    @Test
    @Rule({"R1", "R4"})
    void a_silent_stream_is_reset_and_its_connection_is_used_on() {
        try (Http2Server server = new Http2Server(stream -> {
                    if (stream.id() == 5) {
                        stream.headers(200);
                        stream.data("{", false);
                    } else {
                        stream.respond(200, Caller.ANSWER);
                    }
                });
                Caller caller = Caller.trusting(server.baseUrl())) {
            caller.chat();
            ChatException failure = caller.failure(Duration.ofMillis(300));
            assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
            await().until(() -> server.resets() == 1);
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void an_interrupt_ends_a_stream_and_is_kept() throws InterruptedException {
        try (Http2Server server = new Http2Server(stream -> {});
                Caller caller = Caller.trusting(server.baseUrl())) {
            ChatException[] failure = new ChatException[1];
            boolean[] flag = new boolean[1];
            Thread thread = new Thread(() -> {
                failure[0] = caller.failure(Duration.ofMinutes(5));
                flag[0] = Thread.currentThread().isInterrupted();
            });
            thread.start();
            await().until(() -> server.requests() == 1);
            thread.interrupt();
            thread.join();
            assertThat(failure[0].kind()).isEqualTo(FailureKind.CANCELLED);
            assertThat(flag[0]).isTrue();
            await().until(() -> server.resets() == 1);
        }
    }

    @Test
    void a_stream_that_the_server_resets_is_a_transport_failure() {
        try (Http2Server server = new Http2Server(Http2Server.Stream::reset);
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.TRANSPORT);
        }
    }

    @Test
    void a_connection_that_breaks_is_a_transport_failure() {
        try (Http2Server server = new Http2Server(stream -> stream.socket().close());
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.TRANSPORT);
        }
    }

    @Test
    @Rule("R29")
    void a_body_without_end_ends_at_the_cap() {
        String blank = " ".repeat(16_000);
        try (Http2Server server = new Http2Server(stream -> {
                    stream.headers(200);
                    // More than the cap, and less than would make the client's window matter twice.
                    for (int i = 0; i < 1_200; i++) {
                        stream.data(blank, false);
                    }
                });
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.TOO_LARGE);
            await().until(() -> server.resets() > 0);
        }
    }

    @Test
    void statuses_mean_the_same() {
        try (Http2Server server = new Http2Server(
                        stream -> stream.respond(429, "{\"error\":{\"code\":\"insufficient_quota\"}}"));
                Caller caller = Caller.trusting(server.baseUrl())) {
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.QUOTA);
        }
    }
}
