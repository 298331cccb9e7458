package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.event.Outcome;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;

/** However many threads count while time passes and others ask: at rest every call is there, once. */
class InsightThreadsTest {

    private static final int THREADS = 4;
    private static final int CALLS = 50_000;

    private final FakeTicker ticker = new FakeTicker();
    private final Calls calls = new Calls(ticker);
    private final Insight insight = calls.insight();

    @RepeatedTest(5)
    void no_call_is_lost_or_counted_twice_while_slices_end_and_others_ask() throws Exception {
        insight.watch(Calls.subject("tuned"));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 2);
        try {
            List<Future<?>> counting = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int seed = i;
                counting.add(threads.submit(() -> count(new SplittableRandom(seed))));
            }
            Future<?> clock = threads.submit(() -> {
                while (!done.get()) {
                    ticker.advance(Duration.ofMillis(700));
                    Thread.onSpinWait();
                }
            });
            Future<?> asking = threads.submit(() -> {
                while (!done.get()) {
                    insight.compare(Calls.AGENT, Duration.ofMinutes(5));
                    insight.timeline(Calls.AGENT, Duration.ofMinutes(30));
                    insight.round();
                }
            });
            for (Future<?> each : counting) {
                each.get();
            }
            done.set(true);
            clock.get();
            asking.get();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }

        Comparison comparison = insight.compare(Calls.AGENT, Comparison.WHOLE_ROLLOUT);
        VariantFigures baseline = comparison.baseline();
        VariantFigures candidate = comparison.candidate();
        assertThat(candidate).isNotNull();
        assertThat(baseline.calls() + candidate.calls()).isEqualTo((long) THREADS * CALLS);
        assertThat(candidate.calls()).isEqualTo((long) THREADS * CALLS / 4);
        assertThat(candidate.errors()).isEqualTo(candidate.calls());
        assertThat(candidate.fallbacks()).isEqualTo(candidate.calls());
        assertThat(baseline.errors()).isZero();
        assertThat(baseline.inputTokens()).isEqualTo(3L * baseline.calls());
        assertThat(baseline.outputTokens()).isEqualTo(2L * baseline.calls());
        assertThat(baseline.cost()).isEqualTo(baseline.calls() / 64.0);
        assertThat(baseline.units()).isBetween(727L, 773L);
    }

    private void count(SplittableRandom random) {
        for (int i = 0; i < CALLS; i++) {
            Duration latency = Duration.ofMillis(random.nextInt(1, 2_000));
            insight.on(
                    i % 4 == 0
                            ? calls.rescued(i, latency)
                            : calls.call(
                                    Variant.BASELINE,
                                    (i % 1_000) * 0x9E3779B9,
                                    latency,
                                    Outcome.SUCCESS,
                                    null,
                                    new Usage(3, 2),
                                    1 / 64.0));
        }
    }
}
