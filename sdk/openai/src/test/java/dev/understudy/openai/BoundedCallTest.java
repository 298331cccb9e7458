package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A call ends when it has to, whatever the server does, and is then over on the wire. */
@Rule({"R1", "R4"})
class BoundedCallTest {

    /** Far more than it takes, and far less than a hang. */
    private static final long PATIENCE_SECONDS = 20;

    /** Long enough for a busy machine to send a request. */
    private static final Duration DEADLINE = Duration.ofMillis(400);

    /** Ways not to answer. */
    enum Silence {
        BEFORE_HEADERS {
            @Override
            void keep(LoopbackServer.Wire wire) {}
        },
        WITHIN_HEADERS {
            @Override
            void keep(LoopbackServer.Wire wire) throws IOException {
                wire.send("HTTP/1.1 200 OK\r\nContent-");
            }
        },
        WITHIN_BODY {
            @Override
            void keep(LoopbackServer.Wire wire) throws IOException {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"choices\":[");
            }
        },
        WITHIN_CHUNKS {
            @Override
            void keep(LoopbackServer.Wire wire) throws IOException {
                wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cho");
            }
        },
        BEFORE_THE_LAST_CHUNK {
            @Override
            void keep(LoopbackServer.Wire wire) throws IOException {
                wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(Caller.ANSWER.length()) + "\r\n" + Caller.ANSWER + "\r\n");
            }
        };

        abstract void keep(LoopbackServer.Wire wire) throws IOException;
    }

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private LoopbackServer server;
    private Caller caller;

    /** The first call of a process loads classes for longer than the deadlines below. */
    @BeforeAll
    static void warmUp() {
        try (LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER);
                Caller caller = new Caller(server)) {
            caller.chat();
        }
    }

    private void serve(LoopbackServer.Script script) {
        server = new LoopbackServer(script);
        caller = new Caller(server);
    }

    private void serve(Silence silence) {
        serve((request, wire) -> {
            silence.keep(wire);
            asked.countDown();
            wire.awaitClose(closed);
        });
    }

    @AfterEach
    void close() {
        Thread.interrupted();
        if (caller != null) {
            caller.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void assertClosed() throws InterruptedException {
        assertThat(closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void silence_ends_at_the_deadline_and_closes_the_connection(Silence silence) throws Exception {
        serve(silence);

        ChatException failure = caller.failure(DEADLINE);

        assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(failure.getMessage()).contains("in time");
        assertClosed();
    }

    @Test
    void a_server_that_drips_does_not_outlast_the_deadline() throws Exception {
        serve((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{\"choices\":[");
            try {
                while (true) {
                    wire.send(" ");
                    TimeUnit.MILLISECONDS.sleep(5);
                }
            } catch (IOException e) {
                closed.countDown();
            }
        });
        assertThat(caller.failure(DEADLINE).kind()).isEqualTo(FailureKind.TIMEOUT);
        assertClosed();
    }

    @Test
    void a_server_that_does_not_read_does_not_outlast_the_deadline() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0)) {
            caller = new Caller(java.net.URI.create("http://127.0.0.1:" + deaf.getLocalPort()));
            var request = dev.understudy.chat.ChatRequest.of(
                    java.util.List.of(dev.understudy.chat.Message.user("x".repeat(30_000_000))));
            assertThat(caller.failure(request, caller.deadline(DEADLINE)).kind())
                    .isEqualTo(FailureKind.TIMEOUT);
        }
    }

    @Test
    void a_cancelled_deadline_ends_the_call() throws Exception {
        serve(Silence.WITHIN_BODY);
        Deadline deadline = caller.deadline(Duration.ofMinutes(5));
        onceAsked(deadline::cancel);

        ChatException failure = caller.failure(Caller.request(), deadline);

        assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
        assertClosed();
    }

    @Test
    void the_end_of_the_registry_ends_the_call() throws Exception {
        serve(Silence.BEFORE_HEADERS);
        onceAsked(caller.waiting::close);

        assertThat(caller.failure(Duration.ofMinutes(5)).kind()).isEqualTo(FailureKind.CANCELLED);
        assertClosed();
    }

    @Test
    void the_end_of_the_client_ends_the_call() throws Exception {
        serve(Silence.BEFORE_HEADERS);
        onceAsked(caller::close);

        assertThat(caller.failure(Duration.ofMinutes(5)).kind()).isEqualTo(FailureKind.CANCELLED);
        assertClosed();
    }

    private void onceAsked(Runnable action) {
        Thread thread = new Thread(() -> {
            try {
                asked.await();
            } catch (InterruptedException e) {
                return;
            }
            action.run();
        });
        thread.setDaemon(true);
        thread.start();
    }

    static Stream<String> threads() {
        return Stream.of("platform", "virtual");
    }

    @ParameterizedTest
    @MethodSource("threads")
    void an_interrupt_ends_the_call_and_is_kept(String kind) throws Exception {
        serve(Silence.BEFORE_HEADERS);
        AtomicReference<ChatException> failure = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread thread = thread(kind, () -> {
            failure.set(caller.failure(Duration.ofMinutes(5)));
            flag.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        asked.await();
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));

        assertThat(failure.get().kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(flag).isTrue();
        assertClosed();
    }

    private static Thread thread(String kind, Runnable task) throws ReflectiveOperationException {
        if (kind.equals("platform")) {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }
        Assumptions.assumeTrue(Runtime.version().feature() >= 21, "no virtual threads here");
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        Method unstarted = Class.forName("java.lang.Thread$Builder").getMethod("unstarted", Runnable.class);
        return (Thread) unstarted.invoke(builder, task);
    }

    @Test
    @Rule("R2")
    void without_time_or_with_an_interrupt_nothing_is_sent() {
        server = LoopbackServer.answering(200, Caller.ANSWER);
        caller = new Caller(server);

        assertThat(caller.failure(Duration.ZERO).kind()).isEqualTo(FailureKind.TIMEOUT);
        Thread.currentThread().interrupt();
        assertThat(caller.failure().kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.connections()).isZero();
    }

    @Test
    void a_call_after_a_call_that_timed_out_is_answered() {
        AtomicBoolean answer = new AtomicBoolean();
        serve((request, wire) -> {
            if (answer.get()) {
                wire.respond(200, Caller.ANSWER);
            } else {
                wire.awaitClose(closed);
            }
        });
        assertThat(caller.failure(DEADLINE).kind()).isEqualTo(FailureKind.TIMEOUT);
        answer.set(true);
        assertThat(caller.chat().text()).isEqualTo("Hello.");
    }

    @Test
    @Rule("R30")
    void a_closed_client_leaves_no_connection_and_no_thread_of_ours() {
        server = LoopbackServer.answering(200, Caller.ANSWER);
        caller = new Caller(server);
        caller.chat();
        assertThat(server.openConnections()).isOne();

        caller.close();
        caller.close();

        await().untilAsserted(() -> {
            assertThat(server.openConnections()).isZero();
            assertThat(threadNames()).noneMatch(name -> name.startsWith("understudy-watchdog-local"));
        });
        assertThat(caller.failure().kind()).isEqualTo(FailureKind.CANCELLED);
    }

    private static Stream<String> threadNames() {
        Thread[] threads = new Thread[Thread.activeCount() + 64];
        int count = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, count).map(Thread::getName);
    }
}
