package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.CancelledException;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody waits for an answer any more: the server sees the connection closed at once, whatever it was doing. */
@ExtendWith(CanaryWatch.class)
@Rule("R4")
class AbandonedConnectionTest {

    private static final Duration AT_ONCE = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final CallOptions PATIENT =
            CallOptions.builder().timeout(Duration.ofSeconds(30)).build();

    static Stream<String> phases() {
        return Stream.of(
                "silent",
                "stall-mid-headers",
                "stall-after-headers",
                "stall-mid-body",
                "drip-body;every-ms=20",
                "drip-whitespace;every-ms=1",
                "status;code=503;body=text;after-ms=20000");
    }

    static Stream<Arguments> phasesAndFaces() {
        return phases().flatMap(phase ->
                Stream.of(Face.CHAT, Face.VIRTUAL).filter(Face.all()::contains).map(face -> Arguments.of(phase, face)));
    }

    @ParameterizedTest
    @MethodSource("phases")
    void three_async_calls_are_cancelled(String phase) {
        try (World world = World.of(phase, "answer")) {
            List<CompletableFuture<ChatResponse>> futures = IntStream.range(0, 3)
                    .mapToObj(i -> world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT))
                    .toList();
            awaitUnderWay(world, 3);

            long cancelled = System.nanoTime();
            futures.forEach(future -> future.cancel(true));

            assertClosed(world, 3, cancelled);
            assertThat(futures).allMatch(CompletableFuture::isCancelled);
            assertThatThrownBy(futures.get(0)::join).isInstanceOf(CancellationException.class);
            assertThat(world.attempts(BASELINE))
                    .as("nobody waits for a fallback")
                    .isEmpty();
        }
    }

    @Test
    void a_future_that_times_out_by_itself_ends_its_call() {
        try (World world = World.of("silent", "answer")) {
            CompletableFuture<ChatResponse> future = world.registry()
                    .chatAsync(World.AGENT, World.prompt(), PATIENT)
                    .orTimeout(100, TimeUnit.MILLISECONDS);
            awaitUnderWay(world, 1);

            assertThatThrownBy(() -> future.get(5, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);

            assertClosed(world, 1, System.nanoTime());
        }
    }

    @ParameterizedTest
    @MethodSource("phasesAndFaces")
    void a_thread_is_interrupted(String phase, Face face) throws InterruptedException {
        try (World world = World.of(phase, "answer")) {
            Interrupted caller = new Interrupted(world.registry(), face);
            awaitUnderWay(world, 1);

            long interrupted = System.nanoTime();
            caller.thread.interrupt();
            caller.thread.join(5_000);

            assertClosed(world, 1, interrupted);
            assertThat(caller.failure.get()).isInstanceOf(CancelledException.class);
            assertThat(caller.flag).as("the interrupt flag").isTrue();
            assertThat(world.attempts(BASELINE)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("phases")
    void the_registry_is_closed(String phase) {
        try (World world = World.of(phase, "answer")) {
            List<CompletableFuture<Result>> calls = Crowd.start(3, caller -> world.call(Face.CHAT, PATIENT));
            CompletableFuture<ChatResponse> async = world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            awaitUnderWay(world, 4);

            long closed = System.nanoTime();
            world.registry().close();

            assertClosed(world, 4, closed);
            assertThat(Crowd.all(calls))
                    .allSatisfy(result -> assertThat(result.exception()).isInstanceOf(CancelledException.class));
            assertThatThrownBy(() -> async.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(CancelledException.class);
            assertThat(world.attempts(BASELINE)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("phases")
    void the_time_is_up(String phase) {
        try (World world = World.of(phase, "answer")) {
            Result result = world.call(
                    Face.CHAT,
                    CallOptions.builder()
                            .timeout(Duration.ofMillis(300))
                            .useFallback(false)
                            .build());

            assertClosed(world, 1, System.nanoTime());
            assertThat(result.answered()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"endless-body", "endless-headers", "flood-1xx", "endless-error", "big-body"})
    void an_answer_that_is_given_up_is_not_read_on(String flood) {
        try (World world = World.of(flood, "answer")) {
            Result result = world.call();

            assertClosed(world, world.count("model.attempts", "model", CANDIDATE), System.nanoTime());
            assertThat(result.response().model()).isEqualTo(BASELINE);
        }
    }

    @Test
    void who_waits_in_the_queue_is_cancelled_too() {
        try (World world = World.builder()
                .baselineOnly()
                .agent(agent -> agent.throttle(new ThrottleSettings(1, 10, Duration.ofSeconds(30), 1)))
                .build()) {
            world.server().script(BASELINE, "silent");
            CompletableFuture<ChatResponse> first = world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            assertThat(world.server().log().awaitAttempts(BASELINE, 1, SOON)).isTrue();
            Interrupted second = new Interrupted(world.registry(), Face.CHAT);
            CompletableFuture<ChatResponse> third = world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            assertThat(world.server().log().await(() -> world.gauge("model.queue") == 2, SOON))
                    .isTrue();

            third.cancel(false);
            second.thread.interrupt();

            assertThat(world.server().log().await(() -> world.gauge("model.queue") == 0, AT_ONCE))
                    .isTrue();
            first.cancel(false);
            world.awaitRest();
            assertThat(world.attempts(BASELINE)).hasSize(1);
        }
    }

    @Test
    void who_sleeps_between_two_attempts_is_cancelled_too() {
        try (World world = World.of("status;code=503;body=text;retry-after=9", "answer")) {
            CompletableFuture<ChatResponse> future = world.registry()
                    .chatAsync(
                            World.AGENT,
                            World.prompt(),
                            CallOptions.builder()
                                    .timeout(Duration.ofSeconds(30))
                                    .useFallback(false)
                                    .build());
            assertThat(world.server().log().await(() -> world.count("model.attempts") == 1, SOON))
                    .isTrue();

            future.cancel(true);

            assertThat(world.server()
                            .log()
                            .await(() -> world.count("model.requests", "outcome", "cancelled") == 1, AT_ONCE))
                    .isTrue();
            assertThat(world.attempts(CANDIDATE)).hasSize(1);
        }
    }

    private static void awaitUnderWay(World world, int attempts) {
        assertThat(world.server().log().awaitAttempts(CANDIDATE, attempts, SOON))
                .isTrue();
    }

    private static void assertClosed(World world, double attempts, long sinceNanos) {
        assertThat(world.server()
                        .log()
                        .await(
                                () -> world.attempts(CANDIDATE).stream().allMatch(a -> a.closedByPeerNanos() != 0),
                                SOON))
                .as("closed at all")
                .isTrue();
        assertThat(world.attempts(CANDIDATE)).hasSize((int) attempts);
        for (Attempt attempt : world.attempts(CANDIDATE)) {
            assertThat(Duration.ofNanos(attempt.closedByPeerNanos() - sinceNanos))
                    .as(attempt.toString())
                    .isLessThan(AT_ONCE);
        }
        world.awaitRest();
    }

    /** A caller that can be interrupted. */
    private static final class Interrupted {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread thread;
        volatile boolean flag;

        Interrupted(ModelRegistry registry, Face face) {
            Runnable work = () -> {
                try {
                    registry.chat(World.AGENT, World.prompt(), PATIENT);
                } catch (Throwable told) {
                    failure.set(told);
                    flag = Thread.currentThread().isInterrupted();
                }
            };
            if (face == Face.VIRTUAL) {
                thread = Face.startVirtual(work);
            } else {
                thread = new Thread(work, "interrupted");
                thread.start();
            }
        }
    }
}
