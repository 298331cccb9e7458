package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLimiterTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MILLI = Duration.ofMillis(1);

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final long start = ticker.nanoTime();

    @AfterEach
    void nobody_stays_interrupted() {
        Thread.interrupted();
    }

    private long elapsedMillis() {
        return (ticker.nanoTime() - start) / 1_000_000;
    }

    private Deadline patience(Duration time) {
        return Deadline.after(waiting, time);
    }

    @Nested
    class After_a_429 {

        private final ModelLimiter limiter = new ModelLimiter(null, null, waiting);

        @Test
        @Rule("R12")
        void nothing_passes_before_retry_after_has_passed() {
            assertThat(limiter.tryPass(0)).isTrue();
            limiter.closeFor(Duration.ofSeconds(3));
            assertThat(limiter.tryPass(0)).isFalse();
            assertThat(limiter.closedNanos()).isEqualTo(Duration.ofSeconds(3).toNanos());
            ticker.advance(Duration.ofSeconds(3).minusNanos(1));
            assertThat(limiter.tryPass(0)).isFalse();
            ticker.advance(Duration.ofNanos(1));
            assertThat(limiter.tryPass(0)).isTrue();
            assertThat(limiter.closedNanos()).isZero();
        }

        @Test
        @Rule("R12")
        void the_pause_that_ends_last_counts() {
            limiter.closeFor(Duration.ofSeconds(3));
            limiter.closeFor(SECOND);
            assertThat(limiter.closedNanos()).isEqualTo(Duration.ofSeconds(3).toNanos());
            ticker.advance(Duration.ofSeconds(2));
            limiter.closeFor(Duration.ofSeconds(2));
            ticker.advance(SECOND);
            assertThat(limiter.tryPass(0)).isFalse();
            ticker.advance(SECOND);
            assertThat(limiter.tryPass(0)).isTrue();
        }

        @Test
        @Rule("R12")
        void no_hint_means_one_second_and_an_absurd_one_five_minutes() {
            limiter.closeFor(null);
            assertThat(limiter.closedNanos()).isEqualTo(SECOND.toNanos());
            limiter.closeFor(Duration.ZERO);
            limiter.closeFor(Duration.ofDays(-1));
            assertThat(limiter.closedNanos()).isEqualTo(SECOND.toNanos());
            limiter.closeFor(Duration.ofSeconds(Long.MAX_VALUE));
            assertThat(limiter.closedNanos()).isEqualTo(Duration.ofMinutes(5).toNanos());
        }

        @Test
        @Rule("R12")
        void a_short_pause_is_waited_for() {
            limiter.closeFor(SECOND);
            assertThat(limiter.await(0, patience(SECOND))).isZero();
            assertThat(elapsedMillis()).isEqualTo(1000);
        }

        @Test
        @Rule("R7")
        void a_long_pause_is_refused_at_once_with_the_time_that_is_left() {
            limiter.closeFor(SECOND);
            assertThat(limiter.await(0, patience(SECOND.minusNanos(1)))).isEqualTo(SECOND.toNanos());
            assertThat(elapsedMillis()).isZero();
        }

        @Test
        @Rule("R12")
        void a_pause_that_grows_while_somebody_waits_is_waited_for_too_if_patience_lasts() {
            var parking = new ScriptedParking();
            var limiter = new ModelLimiter(null, null, new Waiting(ticker, parking));
            limiter.closeFor(SECOND);
            parking.then(() -> {
                        limiter.closeFor(SECOND.plus(MILLI));
                        ticker.advance(SECOND);
                    })
                    .then(() -> ticker.advance(MILLI));
            assertThat(limiter.await(0, patience(SECOND.multipliedBy(2)))).isZero();
            assertThat(elapsedMillis()).isEqualTo(1001);
        }

        @Test
        @Rule("R12")
        void a_pause_that_grows_beyond_the_patience_is_refused() {
            var parking = new ScriptedParking();
            var limiter = new ModelLimiter(null, null, new Waiting(ticker, parking));
            limiter.closeFor(SECOND);
            parking.then(() -> {
                limiter.closeFor(SECOND.multipliedBy(10));
                ticker.advance(SECOND);
            });
            assertThat(limiter.await(0, patience(SECOND.multipliedBy(2))))
                    .isEqualTo(SECOND.multipliedBy(9).toNanos());
        }

        @Test
        @Rule("R4")
        void an_interrupted_waiter_leaves() {
            limiter.closeFor(SECOND);
            Thread.currentThread().interrupt();
            assertThat(limiter.await(0, patience(SECOND))).isPositive();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Nested
    class With_a_rate_limit {

        private final ModelLimiter limiter = new ModelLimiter(new RateLimit(4, SECOND), null, waiting);

        private void drain() {
            while (limiter.tryPass(0)) {
                // until the bucket is empty
            }
        }

        @Test
        void a_full_bucket_goes_at_once_and_then_one_each_interval() {
            for (int i = 0; i < 4; i++) {
                assertThat(limiter.tryPass(0)).isTrue();
            }
            assertThat(limiter.tryPass(0)).isFalse();
            ticker.advance(Duration.ofMillis(250).minusNanos(1));
            assertThat(limiter.tryPass(0)).isFalse();
            ticker.advance(Duration.ofNanos(1));
            assertThat(limiter.tryPass(0)).isTrue();
            assertThat(limiter.tryPass(0)).isFalse();
        }

        @Test
        void a_bucket_never_holds_more_than_its_permits() {
            ticker.advance(Duration.ofDays(1));
            drain();
            assertThat(limiter.await(0, patience(SECOND))).isZero();
            assertThat(elapsedMillis()).isEqualTo(Duration.ofDays(1).toMillis() + 250);
        }

        @Test
        @Rule("R7")
        void reservations_are_for_one_interval_after_the_other() {
            drain();
            for (int i = 1; i <= 10; i++) {
                assertThat(limiter.await(0, patience(SECOND))).isZero();
                assertThat(elapsedMillis()).isEqualTo(250L * i);
            }
        }

        @Test
        @Rule("R7")
        void a_wait_that_would_be_too_long_is_refused_at_once_and_costs_nothing() {
            drain();
            for (int i = 0; i < 100; i++) {
                assertThat(limiter.await(0, patience(Duration.ofMillis(249))))
                        .isEqualTo(Duration.ofMillis(250).toNanos());
            }
            assertThat(elapsedMillis()).isZero();
            assertThat(limiter.await(0, patience(Duration.ofMillis(250)))).isZero();
            assertThat(elapsedMillis()).isEqualTo(250);
        }

        @Test
        void the_last_reservation_is_given_back_when_its_caller_leaves() {
            drain();
            Thread.currentThread().interrupt();
            assertThat(limiter.await(0, patience(SECOND))).isPositive();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(limiter.await(0, patience(SECOND))).isZero();
            assertThat(elapsedMillis()).isEqualTo(250);
        }

        @Test
        void a_429_empties_no_bucket_but_moves_every_reservation_behind_the_pause() {
            limiter.closeFor(Duration.ofSeconds(5));
            assertThat(limiter.tryPass(0)).isFalse();
            assertThat(limiter.await(0, patience(Duration.ofSeconds(4))))
                    .isEqualTo(Duration.ofSeconds(5).toNanos());
            for (int i = 0; i < 4; i++) {
                assertThat(limiter.await(0, patience(Duration.ofSeconds(5)))).isZero();
                assertThat(elapsedMillis()).isEqualTo(5000);
            }
            assertThat(limiter.await(0, patience(SECOND))).isZero();
            assertThat(elapsedMillis()).isEqualTo(5250);
        }

        @Test
        @Rule("R12")
        void who_holds_a_reservation_when_a_429_comes_lines_up_again() {
            var parking = new ScriptedParking();
            var limiter = new ModelLimiter(new RateLimit(1, SECOND), null, new Waiting(ticker, parking));
            assertThat(limiter.tryPass(0)).isTrue();
            parking.then(() -> {
                        limiter.closeFor(Duration.ofSeconds(3));
                        ticker.advance(SECOND);
                    })
                    .then(() -> ticker.advance(Duration.ofSeconds(2)));
            assertThat(limiter.await(0, patience(Duration.ofSeconds(3)))).isZero();
            assertThat(elapsedMillis()).isEqualTo(3000);
        }

        @Test
        void an_equal_limit_changes_nothing_and_another_starts_full() {
            drain();
            limiter.limit(new RateLimit(4, SECOND), null);
            assertThat(limiter.tryPass(0)).isFalse();
            limiter.limit(new RateLimit(5, SECOND), null);
            assertThat(limiter.tryPass(0)).isTrue();
            limiter.limit(null, null);
            for (int i = 0; i < 100; i++) {
                assertThat(limiter.tryPass(0)).isTrue();
            }
        }

        @Test
        @Rule("R12")
        void a_reload_ends_no_pause() {
            limiter.closeFor(SECOND);
            limiter.limit(null, null);
            assertThat(limiter.tryPass(0)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void over_any_stretch_of_time_no_more_passes_than_a_bucket_holds_and_refills(long seed) {
        var random = new Random(seed);
        var limit = new RateLimit(1 + random.nextInt(20), Duration.ofMillis(1 + random.nextInt(2000)));
        var limiter = new ModelLimiter(limit, null, waiting);
        List<Long> passed = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            switch (random.nextInt(4)) {
                case 0 ->
                    ticker.advance(Duration.ofNanos(random.nextLong(limit.per().toNanos())));
                case 1 -> {
                    Thread.currentThread().interrupt();
                    if (limiter.await(0, patience(limit.per())) == 0) {
                        passed.add(ticker.nanoTime() - start);
                    }
                    Thread.interrupted();
                }
                case 2 -> {
                    if (limiter.tryPass(0)) {
                        passed.add(ticker.nanoTime() - start);
                    }
                }
                default -> {
                    if (limiter.await(0, patience(limit.per().dividedBy(3))) == 0) {
                        passed.add(ticker.nanoTime() - start);
                    }
                }
            }
        }
        assertThat(passed).hasSizeGreaterThan(limit.permits());
        double interval = (double) limit.per().toNanos() / limit.permits();
        for (int from = 0; from < passed.size(); from++) {
            for (int to = from; to < passed.size(); to++) {
                double allowed = limit.permits() + (passed.get(to) - passed.get(from)) / interval;
                assertThat((double) (to - from + 1)).isLessThanOrEqualTo(allowed + 1e-6);
            }
        }
    }
}
