package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyWindowTest {

    private final FakeTicker ticker = new FakeTicker();
    private final LatencyWindow window = new LatencyWindow(ticker);

    @Test
    void nothing_is_known_at_first() {
        assertThat(window.p95Nanos()).isNegative();
    }

    @Test
    void too_few_attempts_say_nothing_and_one_more_does() {
        record(LatencyWindow.MIN_SAMPLES - 1, Duration.ofMillis(300));
        assertThat(window.p95Nanos()).isNegative();

        window.record(Duration.ofMillis(300).toNanos());
        ticker.advance(Duration.ofMillis(100));

        assertThat(window.p95Nanos()).isCloseTo(Duration.ofMillis(300).toNanos(), Percentage.withPercentage(1.6));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void the_percentile_is_that_of_the_sorted_samples(long seed) {
        Random random = new Random(seed);
        int samples = 50 + random.nextInt(20_000);
        double median = Math.exp(Math.log(50e3) + random.nextDouble() * Math.log(1e6)); // 50 µs to 50 s
        double sigma = 0.1 + random.nextDouble() * 1.5;
        long[] nanos = new long[samples];
        for (int i = 0; i < samples; i++) {
            nanos[i] = (long) (median * Math.exp(sigma * random.nextGaussian()));
            window.record(nanos[i]);
        }
        Arrays.sort(nanos);
        long exact = nanos[(int) Math.ceil(samples * 0.95) - 1];

        assertThat(window.p95Nanos()).isCloseTo(exact, Percentage.withPercentage(1.7));
    }

    @Test
    void an_attempt_is_forgotten_after_a_minute_and_not_before() {
        record(LatencyWindow.MIN_SAMPLES, Duration.ofSeconds(2));

        ticker.advance(Duration.ofSeconds(60));
        assertThat(window.p95Nanos()).isPositive();

        ticker.advance(Duration.ofSeconds(10));
        assertThat(window.p95Nanos()).isNegative();
    }

    @Test
    void what_is_new_pushes_out_what_is_old() {
        for (int second = 0; second < 600; second++) {
            record(10, Duration.ofMillis(second < 300 ? 4_000 : 200));
            ticker.advance(Duration.ofSeconds(1));
        }

        assertThat(window.p95Nanos()).isCloseTo(Duration.ofMillis(200).toNanos(), Percentage.withPercentage(1.6));
    }

    @Test
    void a_long_silence_leaves_nothing_of_before() {
        record(1_000, Duration.ofSeconds(2));
        ticker.advance(Duration.ofDays(30));
        record(LatencyWindow.MIN_SAMPLES, Duration.ofMillis(100));

        assertThat(window.p95Nanos()).isCloseTo(Duration.ofMillis(100).toNanos(), Percentage.withPercentage(1.6));
    }

    @Test
    void the_answer_is_at_most_a_tenth_of_a_second_old() {
        record(LatencyWindow.MIN_SAMPLES, Duration.ofMillis(100));
        long before = window.p95Nanos();
        record(10_000, Duration.ofMillis(900));
        assertThat(window.p95Nanos()).isEqualTo(before);

        ticker.advance(Duration.ofMillis(100));

        assertThat(window.p95Nanos()).isCloseTo(Duration.ofMillis(900).toNanos(), Percentage.withPercentage(1.6));
    }

    @Test
    void no_attempt_is_lost_between_threads() throws InterruptedException {
        RecentCounts counts = new RecentCounts(4, ticker.nanoTime());
        int threads = 4;
        int each = 50_000;
        CountDownLatch start = new CountDownLatch(1);
        Thread[] workers = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            int cell = t;
            workers[t] = new Thread(() -> {
                awaitQuietly(start);
                for (int i = 0; i < each; i++) {
                    counts.increment(cell, ticker.nanoTime());
                    if (i % 10_000 == 0) {
                        ticker.advance(Duration.ofSeconds(3)); // all together 60 s: slices begin, none is forgotten
                    }
                }
            });
            workers[t].start();
        }
        start.countDown();
        for (Thread worker : workers) {
            worker.join();
        }

        assertThat(counts.sums(ticker.nanoTime())).containsOnly(each);
    }

    private void record(int times, Duration duration) {
        for (int i = 0; i < times; i++) {
            window.record(duration.toNanos());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
