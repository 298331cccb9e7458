package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.Reading;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever listens changes nothing, whatever they do. */
@ExtendWith(CanaryWatch.class)
@Rule("R27")
class ListenerTest {

    /** Throws whatever there is to throw, on the caller's own thread. */
    private static Listener throwing(Throwable what) {
        return new Listener() {
            @Override
            public void on(Event event) {
                ListenerTest.<RuntimeException>sneak(what);
            }

            @Override
            public void observe(List<Reading> readings) {
                ListenerTest.<RuntimeException>sneak(what);
            }

            @Override
            public boolean mayBlock() {
                return false;
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable what) throws T {
        throw (T) what;
    }

    static Stream<Listener> nuisances() {
        return Stream.of(
                throwing(new IllegalStateException("about " + Canaries.PROMPT)),
                throwing(new StackOverflowError()),
                throwing(new NoClassDefFoundError("gone")),
                throwing(new java.io.IOException("checked")),
                new MicrometerListener(new ThrowingRegistry()),
                MicrometerListener.queued(new ThrowingRegistry()),
                event -> {
                    throw new IllegalStateException("on its own thread");
                });
    }

    @ParameterizedTest
    @MethodSource("nuisances")
    void one_that_throws_changes_no_outcome(Listener nuisance) {
        try (World world = World.builder().listener(nuisance).build()) {
            world.server()
                    .script(CANDIDATE, "answer", "status;code=501;body=text", "status;code=400;body=openai-bad")
                    .script(BASELINE, "answer");

            assertThat(world.call().response().degraded()).isFalse();
            assertThat(world.call().response().degraded()).isTrue();
            assertThat(world.call().answered()).isFalse();

            world.awaitRest();
            assertThat(world.events().of(Event.CallFinished.class))
                    .as("the others hear all")
                    .hasSize(3);
            assertThat(world.count("model.requests")).isEqualTo(3);
        }
    }

    @Test
    void one_that_blocks_for_ever_delays_nobody_and_not_the_end() {
        CountDownLatch never = new CountDownLatch(1);
        Duration closing;
        try (World world = World.builder()
                .listener(event -> {
                    try {
                        never.await();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build()) {
            world.server().script(CANDIDATE, "answer");
            world.call().response();
            for (int i = 0; i < 50; i++) {
                Result result = world.call();
                assertThat(result.answered()).isTrue();
                assertThat(result.took()).isLessThan(Duration.ofMillis(250));
            }
            world.awaitRest();

            long start = System.nanoTime();
            world.registry().close();
            closing = Duration.ofNanos(System.nanoTime() - start);
        } finally {
            never.countDown();
        }
        assertThat(closing).isLessThan(Duration.ofSeconds(3));
    }

    /** A registry whose every counter throws. */
    private static final class ThrowingRegistry extends SimpleMeterRegistry {
        ThrowingRegistry() {
            super(SimpleConfig.DEFAULT, Clock.SYSTEM);
        }

        @Override
        protected Counter newCounter(Meter.Id id) {
            throw new IllegalStateException("no counters today");
        }
    }
}
