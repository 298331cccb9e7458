package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.error.FailureKind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Servers close idle connections; whoever calls next must not pay for it. */
class StaleConnectionTest {

    /** Longer than a connection is taken for alive unseen. */
    private static void idle() {
        long until = System.nanoTime() + Duration.ofMillis(1_100).toNanos();
        for (long left; (left = until - System.nanoTime()) > 0; ) {
            LockSupport.parkNanos(left);
        }
    }

    @Test
    void connections_that_the_server_closed_meanwhile_are_passed_over() throws Exception {
        try (LoopbackServer server = new LoopbackServer((request, wire) -> {
                    TimeUnit.MILLISECONDS.sleep(50);
                    wire.respond(200, Caller.ANSWER);
                });
                Caller caller = new Caller(server)) {
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(caller::chat);
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            int before = server.connections();
            server.closeConnections();
            await().until(() -> server.openConnections() == 0);
            idle();

            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isEqualTo(before + 1);
        }
    }

    @Test
    void a_connection_that_is_still_open_is_used_again() {
        try (LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER);
                Caller caller = new Caller(server)) {
            caller.chat();
            idle();
            caller.chat();
            caller.chat();
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void a_connection_on_which_something_came_unasked_is_not_used_again() {
        try (LoopbackServer server = new LoopbackServer((request, wire) -> {
                    wire.respond(200, Caller.ANSWER);
                    TimeUnit.MILLISECONDS.sleep(300);
                    wire.send("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                });
                Caller caller = new Caller(server)) {
            caller.chat();
            idle();
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void one_connection_that_broke_takes_the_idle_ones_with_it() throws Exception {
        AtomicBoolean restarted = new AtomicBoolean();
        try (LoopbackServer server = new LoopbackServer((request, wire) -> {
                    if (restarted.get() && wire.requests() > 1) {
                        wire.close();
                        return;
                    }
                    TimeUnit.MILLISECONDS.sleep(50);
                    wire.respond(200, Caller.ANSWER);
                });
                Caller caller = new Caller(server)) {
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(caller::chat);
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            restarted.set(true);

            assertThat(caller.failure().kind()).isEqualTo(FailureKind.TRANSPORT);
            assertThat(caller.chat().text()).isEqualTo("Hello.");
        }
    }

    @Test
    void a_connection_with_tls_is_looked_at_in_the_same_way() {
        try (LoopbackServer server = LoopbackServer.secure((request, wire) -> wire.respond(200, Caller.ANSWER));
                Caller caller = Caller.trusting(server.baseUrl())) {
            caller.chat();
            idle();
            caller.chat();
            assertThat(server.connections()).isOne();

            server.closeConnections();
            await().until(() -> server.openConnections() == 0);
            idle();
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isEqualTo(2);
        }
    }
}
