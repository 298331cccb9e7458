package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.call.OpenStream;
import dev.understudy.call.StreamListener;
import dev.understudy.call.StreamSettings;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.CancelledException;
import dev.understudy.error.ChatException;
import dev.understudy.event.CircuitState;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody wants to hear the rest of a stream: the server sees its connection closed at once. */
@ExtendWith(CanaryWatch.class)
@Rule({"R4", "R5"})
class AbandonedStreamTest {

    private static final Duration AT_ONCE = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final CallOptions PATIENT =
            CallOptions.builder().timeout(Duration.ofSeconds(30)).build();
    private static final String THREE_TOKENS = "stream;tokens=60;after=3;end=silent";

    /** A listener that lets a test know when it has heard three pieces, and then does as it is told. */
    private static class Ear implements StreamListener {
        final CountDownLatch heard = new CountDownLatch(3);
        final AtomicReference<OpenStream> stream = new AtomicReference<>();
        private final Runnable then;

        Ear(Runnable then) {
            this.then = then;
        }

        @Override
        public void onStart(OpenStream opened) {
            stream.set(opened);
        }

        @Override
        public void onText(String text) {
            heard.countDown();
            if (heard.getCount() == 0) {
                then.run();
            }
        }

        void await() throws InterruptedException {
            assertThat(heard.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** A caller on a thread of its own. */
    private static final class Caller {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread thread;
        volatile boolean flag;

        Caller(ModelRegistry registry, StreamListener listener, CallOptions options, Face face) {
            Runnable work = () -> {
                try {
                    registry.stream(World.AGENT, World.prompt(), options, listener);
                } catch (Throwable told) {
                    failure.set(told);
                    flag = Thread.currentThread().isInterrupted();
                }
            };
            if (face == Face.VIRTUAL) {
                thread = Face.startVirtual(work);
            } else {
                thread = new Thread(work, "stream");
                thread.start();
            }
        }

        ChatException end() throws InterruptedException {
            thread.join(5_000);
            return (ChatException) failure.get();
        }
    }

    private static void assertClosed(World world, long sinceNanos) {
        assertThat(world.server()
                        .log()
                        .await(
                                () -> world.attempts(CANDIDATE).stream().allMatch(a -> a.closedByPeerNanos() != 0),
                                SOON))
                .as("closed at all")
                .isTrue();
        assertThat(world.attempts(CANDIDATE)).hasSize(1);
        Attempt attempt = world.attempts(CANDIDATE).get(0);
        assertThat(Duration.ofNanos(attempt.closedByPeerNanos() - sinceNanos)).isLessThan(AT_ONCE);
        assertThat(world.attempts(BASELINE)).as("nobody waits for a fallback").isEmpty();
        assertThat(world.circuit(CANDIDATE)).isEqualTo(CircuitState.CLOSED);
        world.awaitRest();
    }

    @Test
    void its_listener_throws() throws InterruptedException {
        try (World world = World.of(THREE_TOKENS, "answer")) {
            Caller caller = new Caller(
                    world.registry(),
                    new Ear(() -> {
                        throw new IllegalStateException();
                    }),
                    PATIENT,
                    Face.CHAT);
            assertThat(caller.end()).isInstanceOf(CancelledException.class);
            assertClosed(world, System.nanoTime());
        }
    }

    @Test
    void it_is_closed_from_inside() throws InterruptedException {
        try (World world = World.of(THREE_TOKENS, "answer")) {
            AtomicReference<Ear> ear = new AtomicReference<>();
            ear.set(new Ear(() -> ear.get().stream.get().close()));
            Caller caller = new Caller(world.registry(), ear.get(), PATIENT, Face.CHAT);
            assertThat(caller.end()).isInstanceOf(CancelledException.class);
            assertClosed(world, System.nanoTime());
        }
    }

    @Test
    void it_is_closed_by_another_thread() throws InterruptedException {
        try (World world = World.of(THREE_TOKENS, "answer")) {
            Ear ear = new Ear(() -> {});
            Caller caller = new Caller(world.registry(), ear, PATIENT, Face.CHAT);
            ear.await();
            long closed = System.nanoTime();
            ear.stream.get().close();
            assertClosed(world, closed);
            assertThat(caller.end()).isInstanceOf(CancelledException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Face.class,
            names = {"CHAT", "VIRTUAL"})
    void its_thread_is_interrupted(Face face) throws InterruptedException {
        if (!Face.all().contains(face)) {
            return;
        }
        try (World world = World.of(THREE_TOKENS, "answer")) {
            Ear ear = new Ear(() -> {});
            Caller caller = new Caller(world.registry(), ear, PATIENT, face);
            ear.await();
            long interrupted = System.nanoTime();
            caller.thread.interrupt();
            assertThat(caller.end()).isInstanceOf(CancelledException.class);
            assertThat(caller.flag).as("the interrupt flag").isTrue();
            assertClosed(world, interrupted);
        }
    }

    @Test
    void its_future_is_cancelled() throws InterruptedException {
        try (World world = World.of(THREE_TOKENS, "answer")) {
            Ear ear = new Ear(() -> {});
            CompletableFuture<ChatResponse> future =
                    world.registry().streamAsync(World.AGENT, ChatRequest.of(World.prompt()), PATIENT, ear);
            ear.await();
            long cancelled = System.nanoTime();
            future.cancel(true);
            assertClosed(world, cancelled);
        }
    }

    @Test
    void its_subscription_is_dropped() throws InterruptedException {
        try (World world = World.of(THREE_TOKENS, "answer")) {
            Ear ear = new Ear(() -> {});
            AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
            world.registry()
                    .publisher(World.AGENT, ChatRequest.of(World.prompt()), PATIENT)
                    .subscribe(new Flow.Subscriber<>() {
                        @Override
                        public void onSubscribe(Flow.Subscription given) {
                            subscription.set(given);
                            given.request(Long.MAX_VALUE);
                        }

                        @Override
                        public void onNext(String text) {
                            ear.onText(text);
                        }

                        @Override
                        public void onError(Throwable told) {}

                        @Override
                        public void onComplete() {}
                    });
            ear.await();
            long dropped = System.nanoTime();
            subscription.get().cancel();
            assertClosed(world, dropped);
        }
    }

    @Test
    void its_registry_is_closed() throws InterruptedException {
        try (World world = World.of(THREE_TOKENS, "answer")) {
            Ear ear = new Ear(() -> {});
            Caller caller = new Caller(world.registry(), ear, PATIENT, Face.CHAT);
            ear.await();
            long closed = System.nanoTime();
            world.registry().close();
            assertThat(caller.end()).isInstanceOf(CancelledException.class);
            assertClosed(world, closed);
        }
    }

    @Test
    void its_listener_never_returns() throws InterruptedException {
        try (World world = World.of("stream;tokens=100000", "answer")) {
            CountDownLatch release = new CountDownLatch(1);
            Ear ear = new Ear(() -> {
                boolean released = false;
                while (!released) {
                    try {
                        released = release.await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException stubborn) {
                        // It does not even mind that.
                    }
                }
            });
            CallOptions hurried =
                    CallOptions.builder().timeout(Duration.ofMillis(500)).build();
            long began = System.nanoTime();
            Caller caller = new Caller(world.registry(), ear, hurried, Face.CHAT);
            ear.await();
            assertThat(world.server()
                            .log()
                            .await(() -> world.attempts(CANDIDATE).get(0).closedByPeerNanos() != 0, SOON))
                    .isTrue();
            Duration held = Duration.ofNanos(world.attempts(CANDIDATE).get(0).closedByPeerNanos() - began);
            assertThat(held)
                    .isBetween(
                            Duration.ofMillis(400),
                            Duration.ofMillis(500).plus(AT_ONCE).plus(AT_ONCE));
            release.countDown();
            assertThat(caller.end()).isInstanceOf(CancelledException.class);
            assertThat(caller.end()).hasMessageContaining("its listener was busy until its time was over");
            assertThat(world.circuit(CANDIDATE)).as("R10").isEqualTo(CircuitState.CLOSED);
            world.awaitRest();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pings", "empty", "silent"})
    void the_model_says_nothing_however_it_does_that(String nothing) {
        try (World world = World.builder()
                .timeout(Duration.ofSeconds(20))
                .agent(agent ->
                        agent.stream(StreamSettings.DEFAULT.withLimits(Duration.ofMillis(300), Duration.ofMillis(300))))
                .build()) {
            world.server().script(CANDIDATE, "stream;after=0;end=" + nothing).script(BASELINE, "stream;tokens=5");
            Result result = world.call(Face.STREAM, CallOptions.DEFAULT);
            assertThat(result.response().model()).isEqualTo(BASELINE);
            assertThat(result.took()).isBetween(Duration.ofMillis(300), Duration.ofMillis(1_500));
            assertThat(world.attempts(CANDIDATE))
                    .as("one attempt on a silent route")
                    .hasSize(1);
            world.awaitRest();
        }
    }

    @Test
    @Rule("R6")
    void a_permit_is_held_until_the_stream_is_over_on_the_wire() {
        try (World world = World.builder()
                .baselineOnly()
                .noBreaker()
                .timeout(Duration.ofSeconds(30))
                .agent(agent -> agent.throttle(new ThrottleSettings(3, 100, Duration.ofSeconds(30), 1)))
                .build()) {
            List<String> ends = List.of("done", "no-done", "early", "cut", "error", "bad", "reset");
            for (String end : ends) {
                world.server().script(BASELINE, "stream;tokens=4;every-ms=2;end=" + end);
                List<CompletableFuture<Result>> calls =
                        Crowd.start(12, caller -> world.call(Face.STREAM, CallOptions.DEFAULT));
                Crowd.all(calls);
            }
            assertThat(world.attempts(BASELINE)).hasSizeGreaterThanOrEqualTo(12 * ends.size());
            assertThat(world.attempts(BASELINE)).allMatch(attempt -> attempt.concurrency() <= 3);
            world.awaitRest();
        }
    }
}
