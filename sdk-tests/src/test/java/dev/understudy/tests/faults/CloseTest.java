package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.CancelledException;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.HostileServer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The end: calls in flight are told, and nothing is left, neither here nor at the server. */
@ExtendWith(CanaryWatch.class)
@Rule("R30")
class CloseTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final CallOptions PATIENT =
            CallOptions.builder().timeout(Duration.ofSeconds(30)).build();

    @Test
    void it_ends_calls_in_flight_and_leaves_no_thread_and_no_socket() {
        Set<Thread> before = threads();
        try (World world = World.builder().build()) {
            world.server().script(CANDIDATE, "answer");
            Crowd.of(8, caller -> world.call().response()); // leaves idle connections
            world.server().script(CANDIDATE, "silent");
            List<CompletableFuture<Result>> calls = Crowd.start(4, caller -> world.call(Face.CHAT, PATIENT));
            CompletableFuture<ChatResponse> async = world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            assertThat(world.server().log().await(() -> world.server().log().inFlight(CANDIDATE) == 5, SOON))
                    .isTrue();

            world.registry().close();
            world.registry().close();

            assertThat(Crowd.all(calls))
                    .allSatisfy(result -> assertThat(result.exception()).isInstanceOf(CancelledException.class));
            assertThatThrownBy(async::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CancelledException.class);
            assertThat(world.server().log().awaitNoConnections(Duration.ofMillis(500)))
                    .as("sockets")
                    .isTrue();
            assertThat(world.count("model.requests", "outcome", "cancelled")).isEqualTo(5);
        }
        Awaitility.await().atMost(SOON).untilAsserted(() -> assertThat(leftOver(before))
                .isEmpty());
    }

    @Test
    void who_calls_afterwards_is_told_at_once() {
        try (World world = World.of("answer", "answer")) {
            world.call().response();
            world.registry().close();
            world.server().log().clear();

            for (Face face : Face.all()) {
                Result result = world.call(face, PATIENT);
                assertThat(result.exception()).isInstanceOf(CancelledException.class);
                assertThat(result.took()).isLessThan(Duration.ofMillis(250));
            }
            assertThat(world.server().log().attempts()).isEmpty();
        }
    }

    @Test
    void many_registries_leave_no_more_than_one() {
        Set<Thread> before = threads();
        try (HostileServer server = HostileServer.start()) {
            for (int i = 0; i < 20; i++) {
                try (World world = World.of("answer", "answer")) {
                    world.call().response();
                    world.registry().chatAsync(World.AGENT, World.prompt()).join();
                    world.registry().close();
                    assertThat(world.server().log().awaitNoConnections(SOON)).isTrue();
                }
            }
        }
        Awaitility.await().atMost(SOON).untilAsserted(() -> assertThat(leftOver(before))
                .isEmpty());
    }

    @Test
    void nobody_holds_on_to_it() {
        WeakReference<ModelRegistry> gone = used();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return gone.get() == null;
        });
    }

    private static WeakReference<ModelRegistry> used() {
        World world = World.of("answer", "answer");
        world.call().response();
        world.registry().chatAsync(World.AGENT, World.prompt()).join();
        world.close();
        World.forget();
        return new WeakReference<>(world.registry());
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    /** Threads that were not there before, and are neither the test's own nor the JVM's. */
    private static List<Thread> leftOver(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .filter(thread -> thread.getThreadGroup() != null
                        && !thread.getThreadGroup().getName().equals("system"))
                .filter(thread -> !thread.getName().startsWith("hostile-server-")
                        && !thread.getName().startsWith("awaitility")
                        && !thread.getName().equals("CompletableFutureDelayScheduler"))
                .toList();
    }
}
