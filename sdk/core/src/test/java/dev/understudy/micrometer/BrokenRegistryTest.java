package dev.understudy.micrometer;

import static dev.understudy.micrometer.Happenings.CANDIDATE;
import static dev.understudy.micrometer.Happenings.attempt;
import static dev.understudy.micrometer.Happenings.error;
import static dev.understudy.micrometer.Happenings.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.event.Reading;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopDistributionSummary;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A registry that fails loses what it did not take, and nothing else. */
@Rule("R27")
class BrokenRegistryTest {

    private static final Duration FAST = Duration.ofMillis(300);

    private final FailingRegistry registry = new FailingRegistry();
    private final MicrometerListener listener = new MicrometerListener(registry);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(MicrometerListener.class);

    @BeforeEach
    void listenToTheLog() {
        log.start();
        logger.addAppender(log);
        logger.setAdditive(false);
    }

    @AfterEach
    void leaveTheLog() {
        logger.detachAppender(log);
        logger.setAdditive(true);
    }

    @Test
    void a_meter_that_cannot_be_registered_does_not_keep_the_others_from_counting() {
        registry.refuses = id -> id.getName().equals("model.requests");

        listener.on(error(Variant.CANDIDATE, FailureKind.UPSTREAM, FAST));

        assertThat(registry.get("model.errors").counter().count()).isEqualTo(1);
        assertThat(registry.get("model.latency").summary().count()).isEqualTo(1);
    }

    @Test
    void a_meter_that_could_not_be_registered_is_tried_again() {
        registry.refuses = id -> true;
        listener.on(success(Variant.CANDIDATE, FAST));

        registry.refuses = id -> false;
        listener.on(success(Variant.CANDIDATE, FAST));

        assertThat(registry.get("model.requests")
                        .tags("outcome", "success")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void a_meter_that_throws_does_not_keep_the_others_from_counting() {
        registry.breaks =
                id -> id.getName().equals("model.requests") || id.getName().equals("model.attempts");

        listener.on(error(Variant.CANDIDATE, FailureKind.UPSTREAM, FAST));
        listener.on(attempt(CANDIDATE, null, FAST, new Usage(10, 10), new Price(1, 1)));

        assertThat(registry.get("model.errors").counter().count()).isEqualTo(1);
        assertThat(registry.get("model.latency").summary().count()).isEqualTo(1);
        assertThat(registry.get("model.attempts.duration").timer().count()).isEqualTo(1);
        assertThat(registry.get("model.tokens")
                        .tags("direction", "output")
                        .counter()
                        .count())
                .isEqualTo(10);
    }

    @Test
    void a_histogram_that_throws_leaves_the_counters_right() {
        registry.breaks = id -> id.getName().equals("model.latency");

        listener.on(success(Variant.CANDIDATE, FAST));
        listener.on(success(Variant.CANDIDATE, FAST));

        assertThat(registry.get("model.requests")
                        .tags("outcome", "success")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void nothing_that_the_registry_throws_comes_out() {
        registry.refuses = id -> true;
        assertThatCode(this::everythingHappens).doesNotThrowAnyException();

        registry.refuses = id -> false;
        registry.breaks = id -> true;
        assertThatCode(this::everythingHappens).doesNotThrowAnyException();
    }

    @Test
    void the_log_is_told_once_for_each_meter_name() {
        registry.breaks = id -> true;

        for (int i = 0; i < 1_000; i++) {
            listener.on(success(Variant.CANDIDATE, FAST));
        }

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("FailingRegistry", "IllegalStateException", "calls are not affected")
                        .doesNotContain("secret"));
    }

    @Test
    void a_gauge_that_cannot_be_registered_does_not_keep_the_others_away() {
        registry.refuses = id -> id.getName().equals("model.queue");

        listener.observe(List.of(
                new Reading("model.queue", "Callers waiting", Map.of(), () -> 1),
                new Reading("model.inflight", "Attempts on the wire", Map.of(), () -> 2)));

        assertThat(registry.get("model.inflight").gauge().value()).isEqualTo(2);
    }

    @Test
    void a_registry_that_blocks_behind_a_queue_holds_up_no_call() throws InterruptedException {
        CountDownLatch released = new CountDownLatch(1);
        registry.waitsFor = released;
        ExecutorService drain = Executors.newSingleThreadExecutor();
        try (Events events = new Events(List.of(MicrometerListener.queued(registry)), drain)) {
            for (int i = 0; i < 100; i++) {
                events.emit(success(Variant.BASELINE, FAST)); // returns, though the registry stands still
            }
            released.countDown();
        }
        drain.shutdown();
        assertThat(drain.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(registry.get("model.requests")
                        .tags("outcome", "success")
                        .counter()
                        .count())
                .isEqualTo(100);
    }

    private void everythingHappens() {
        listener.on(error(Variant.CANDIDATE, FailureKind.UPSTREAM, FAST));
        listener.on(attempt(CANDIDATE, null, FAST, new Usage(10, 10), new Price(1, 1)));
        listener.on(new Event.Rejected("qa_agent", CANDIDATE, "breaker"));
        listener.observe(List.of(new Reading("model.queue", "Callers waiting", Map.of(), () -> 1)));
        listener.observe(List.of());
    }

    /** Throws or blocks as told; its messages hold what no log may show. */
    private static final class FailingRegistry extends SimpleMeterRegistry {
        Predicate<Meter.Id> refuses = id -> false;
        Predicate<Meter.Id> breaks = id -> false;
        CountDownLatch waitsFor = new CountDownLatch(0);

        FailingRegistry() {
            super(SimpleConfig.DEFAULT, new MockClock());
        }

        @Override
        protected Counter newCounter(Meter.Id id) {
            refuse(id);
            if (breaks.test(id)) {
                return new NoopCounter(id) {
                    @Override
                    public void increment(double amount) {
                        throw new IllegalStateException("secret");
                    }
                };
            }
            return super.newCounter(id);
        }

        @Override
        protected DistributionSummary newDistributionSummary(
                Meter.Id id, DistributionStatisticConfig config, double scale) {
            refuse(id);
            if (breaks.test(id)) {
                return new NoopDistributionSummary(id) {
                    @Override
                    public void record(double amount) {
                        throw new IllegalStateException("secret");
                    }
                };
            }
            return super.newDistributionSummary(id, config, scale);
        }

        @Override
        protected <T> Gauge newGauge(Meter.Id id, T obj, ToDoubleFunction<T> value) {
            refuse(id);
            return super.newGauge(id, obj, value);
        }

        private void refuse(Meter.Id id) {
            try {
                waitsFor.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (refuses.test(id)) {
                throw new IllegalStateException("secret");
            }
        }
    }
}
