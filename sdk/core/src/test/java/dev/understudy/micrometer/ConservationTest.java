package dev.understudy.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens on however many threads, the sums are right: to the last call, and from the first one on. */
class ConservationTest {

    private static final int THREADS = 4;
    private static final int EVENTS = 20_000;
    private static final String[] AGENTS = {"qa_agent", "legal_agent", "support_agent"};
    private static final Usage USAGE = new Usage(100, 20);
    private static final Price PRICE = new Price(1, 4);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MicrometerListener listener = new MicrometerListener(registry);

    /** What one thread saw happen. */
    private static final class Tally {
        long calls;
        long attempts;
        final long[] outcomes = new long[Outcome.values().length];
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @Rule("R25")
    void requests_are_successes_plus_degraded_plus_each_error_plus_cancelled(long seed) throws Exception {
        Tally seen = happen(seed);

        assertThat(count("model.requests")).isEqualTo((double) seen.calls);
        for (Outcome outcome : Outcome.values()) {
            assertThat(count("model.requests", "outcome", outcome.tag()))
                    .as(outcome.tag())
                    .isEqualTo((double) seen.outcomes[outcome.ordinal()]);
        }
        assertThat(count("model.errors")).isEqualTo((double) seen.outcomes[Outcome.ERROR.ordinal()]);
        for (String agent : AGENTS) {
            assertThat(count("model.errors", "agent", agent))
                    .as(agent)
                    .isEqualTo(count("model.requests", "agent", agent, "outcome", "error"));
        }
        assertThat(registry.find("model.latency").summaries().stream()
                        .mapToLong(DistributionSummary::count)
                        .sum())
                .isEqualTo(seen.calls);
    }

    @Test
    @Rule("R25")
    void attempts_and_what_they_cost_are_all_counted() throws Exception {
        Tally seen = happen(7);

        assertThat(count("model.attempts")).isEqualTo((double) seen.attempts);
        assertThat(registry.find("model.attempts.duration").timers().stream()
                        .mapToLong(timer -> timer.count())
                        .sum())
                .isEqualTo(seen.attempts);
        assertThat(count("model.tokens", "direction", "input")).isEqualTo((double) (100 * seen.attempts));
        assertThat(count("model.tokens", "direction", "output")).isEqualTo((double) (20 * seen.attempts));
        assertThat(count("model.cost")).isCloseTo(PRICE.of(USAGE) * seen.attempts, within(1e-6));
    }

    @Test
    @Rule("R26")
    void the_number_of_series_does_not_grow_with_the_number_of_calls() throws Exception {
        happen(8);
        long before = registry.scrape().lines().count();

        happen(8);

        assertThat(registry.scrape().lines().count()).isEqualTo(before);
    }

    private Tally happen(long seed) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier together = new CyclicBarrier(THREADS);
            List<Future<Tally>> tallies = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                Random random = new Random(seed * 1_000 + t);
                tallies.add(pool.submit(() -> {
                    together.await(); // the first sight of every meter is a race
                    return happen(random);
                }));
            }
            Tally sum = new Tally();
            for (Future<Tally> future : tallies) {
                Tally tally = future.get();
                sum.calls += tally.calls;
                sum.attempts += tally.attempts;
                for (int i = 0; i < sum.outcomes.length; i++) {
                    sum.outcomes[i] += tally.outcomes[i];
                }
            }
            return sum;
        } finally {
            pool.shutdown();
        }
    }

    private Tally happen(Random random) {
        Tally tally = new Tally();
        for (int i = 0; i < EVENTS; i++) {
            String agent = oneOf(random, AGENTS);
            Variant variant = oneOf(random, Variant.values());
            if (random.nextBoolean()) {
                Outcome outcome = oneOf(random, Outcome.values());
                listener.on(new Event.CallFinished(
                        agent,
                        variant,
                        agent + (outcome == Outcome.DEGRADED ? Variant.BASELINE : variant).tag(),
                        outcome,
                        outcome == Outcome.SUCCESS ? null : oneOf(random, FailureKind.values()),
                        random.nextInt(2_000_000_000),
                        1,
                        CacheStatus.OFF,
                        false,
                        0,
                        0,
                        -1));
                tally.calls++;
                tally.outcomes[outcome.ordinal()]++;
            } else {
                @Nullable FailureKind failure = random.nextBoolean() ? null : oneOf(random, FailureKind.values());
                listener.on(new Event.AttemptFinished(
                        agent, variant, agent + variant.tag(), failure, random.nextInt(2_000_000_000), USAGE, PRICE));
                tally.attempts++;
            }
        }
        return tally;
    }

    private static <T> T oneOf(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private double count(String name, String... tags) {
        return registry.find(name).tags(tags).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
