package dev.understudy.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many threads at one breaker. */
@Rule("R9")
class BreakerThreadsTest {

    private static final int THREADS = 6;
    private static final int ROUNDS = 300;

    private final FakeTicker ticker = new FakeTicker();
    private final RecordedEvents events = new RecordedEvents();
    private final ModelBreaker breaker =
            new ModelBreaker("tuned", BreakerSettings.DEFAULT, ticker.waiting(), events.asEvents());
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    private final CyclicBarrier start = new CyclicBarrier(THREADS);

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    /** What each thread returned, all having started together. */
    private <T> List<T> together(Callable<T> work) throws Exception {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            futures.add(pool.submit(() -> {
                start.await();
                return work.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private @Nullable Permission tryAcquire() {
        try {
            return breaker.acquire();
        } catch (CircuitOpenException refused) {
            return null;
        }
    }

    private Permission theOnly(List<@Nullable Permission> permissions) {
        List<Permission> given = permissions.stream().filter(Objects::nonNull).toList();
        assertThat(given).hasSize(1);
        return given.get(0);
    }

    @Test
    void exactly_one_of_many_is_the_probe() throws Exception {
        for (int i = 0; i < 5; i++) {
            breaker.acquire().failed(FailureKind.UPSTREAM);
        }
        for (int round = 0; round < ROUNDS; round++) {
            ticker.advance(Duration.ofSeconds(120));
            Permission first = theOnly(together(this::tryAcquire)); // open until now
            first.failed(FailureKind.CANCELLED);
            first.release();
            Permission second = theOnly(together(this::tryAcquire)); // half-open, its place free again
            second.failed(FailureKind.UPSTREAM);
            second.release();
            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        }
        assertThat(events.of(Event.BreakerChanged.class)).hasSize(1 + 2 * ROUNDS);
    }

    @Test
    void however_many_fail_at_once_it_opens_once() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            together(() -> {
                Permission permission = breaker.acquire();
                start.await(); // all have passed
                permission.failed(FailureKind.UPSTREAM);
                permission.release();
                return true;
            });
            assertThat(breaker.retryIn()).contains(Duration.ofSeconds(10));
            ticker.advance(Duration.ofSeconds(10));
            breaker.acquire().succeeded();
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }
        assertThat(events.of(Event.BreakerChanged.class)).hasSize(3 * ROUNDS);
    }

    @Test
    void whatever_happens_at_once_it_heals_with_its_model_and_its_transitions_form_a_chain() throws Exception {
        AtomicInteger seeds = new AtomicInteger();
        together(() -> {
            SplittableRandom random = new SplittableRandom(seeds.incrementAndGet());
            FailureKind[] kinds = FailureKind.values();
            for (int i = 0; i < 20_000; i++) {
                Permission permission = tryAcquire();
                if (permission != null) {
                    if (random.nextInt(3) > 0) {
                        permission.failed(kinds[random.nextInt(kinds.length)]);
                    } else if (random.nextInt(3) > 0) {
                        permission.succeeded();
                    }
                    permission.release();
                }
                switch (random.nextInt(100)) {
                    case 0 -> ticker.advance(Duration.ofSeconds(random.nextInt(20)));
                    case 1 -> breaker.unlatch();
                    case 2 ->
                        breaker.reconfigure(new BreakerSettings(
                                Duration.ofSeconds(1 + random.nextInt(2)),
                                20,
                                0.5,
                                5,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(120),
                                Duration.ofMinutes(5)));
                    default -> {}
                }
            }
            return true;
        });
        ticker.advance(Duration.ofMinutes(5));
        Permission last = breaker.acquire();
        last.succeeded();
        last.release();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        // Every stay that was entered was left, save the last: told once each, in whatever order threads told it.
        for (CircuitState state : CircuitState.values()) {
            long entered = events.of(Event.BreakerChanged.class).stream()
                    .filter(changed -> changed.to() == state)
                    .count();
            long left = events.of(Event.BreakerChanged.class).stream()
                    .filter(changed -> changed.from() == state)
                    .count();
            assertThat(entered).as("times in %s", state).isEqualTo(left);
        }
    }
}
