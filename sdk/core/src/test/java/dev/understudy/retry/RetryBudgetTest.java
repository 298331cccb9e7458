package dev.understudy.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {

    private final FakeTicker ticker = new FakeTicker();
    private final RetryBudget budget = new RetryBudget(ticker);

    private int withdrawAll() {
        int retries = 0;
        while (budget.tryWithdraw()) {
            retries++;
        }
        return retries;
    }

    @Test
    void it_starts_with_ten_seconds_worth() {
        assertThat(withdrawAll()).isEqualTo(30);
    }

    @Test
    void an_hour_of_quiet_saves_up_no_storm() {
        withdrawAll();
        ticker.advance(Duration.ofHours(1));
        assertThat(withdrawAll()).isEqualTo(30);
    }

    @Test
    void nor_do_a_million_calls() {
        for (int i = 0; i < 1_000_000; i++) {
            budget.deposit();
        }
        assertThat(withdrawAll()).isEqualTo(30);
    }

    @Test
    void ten_calls_allow_a_retry() {
        withdrawAll();
        for (int i = 0; i < 9; i++) {
            budget.deposit();
        }
        assertThat(budget.tryWithdraw()).isFalse();
        budget.deposit();
        assertThat(budget.tryWithdraw()).isTrue();
        assertThat(budget.tryWithdraw()).isFalse();
    }

    @Test
    void time_allows_five_in_two_seconds() {
        withdrawAll();
        ticker.advance(Duration.ofSeconds(2).minusNanos(1));
        assertThat(withdrawAll()).isEqualTo(4);
        ticker.advance(Duration.ofNanos(1));
        assertThat(withdrawAll()).isEqualTo(1);
    }

    @Test
    void small_steps_of_time_lose_nothing() {
        withdrawAll();
        int retries = 0;
        for (int i = 0; i < 60_000; i++) {
            ticker.advance(Duration.ofMillis(1));
            retries += withdrawAll();
        }
        assertThat(retries).isEqualTo(150);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100, 1_000})
    @Rule("R11")
    void over_any_minute_of_total_failure_retries_are_a_tenth_of_the_calls_and_three_a_second(int callsPerSecond) {
        SplittableRandom random = new SplittableRandom(callsPerSecond);
        Deque<Long> calls = new ArrayDeque<>();
        Deque<Long> retries = new ArrayDeque<>();
        long now = 0;
        while (now < Duration.ofMinutes(5).toNanos()) {
            // Bursts and lulls around the rate; now and then a long quiet fills the bucket.
            Duration gap = random.nextInt(2_000) == 0
                    ? Duration.ofSeconds(random.nextInt(40))
                    : Duration.ofNanos(random.nextLong(2_000_000_000L / callsPerSecond));
            ticker.advance(gap);
            now += gap.toNanos();
            calls.add(now);
            budget.deposit();
            for (int i = 0; i < 2 && budget.tryWithdraw(); i++) {
                retries.add(now);
            }
            for (Deque<Long> seen : List.of(calls, retries)) {
                while (!seen.isEmpty()
                        && now - seen.peek() > Duration.ofMinutes(1).toNanos()) {
                    seen.remove();
                }
            }
            assertThat((double) retries.size()).isLessThanOrEqualTo(0.1 * calls.size() + 3 * 60);
        }
    }
}
