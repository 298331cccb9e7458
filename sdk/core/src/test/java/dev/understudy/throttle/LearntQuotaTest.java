package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Quota;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider says is left, at a clock that is about to overflow. */
@Rule("R12")
class LearntQuotaTest {

    private static final long SECOND = 1_000_000_000;
    private static final long START = Long.MAX_VALUE - 3 * SECOND;

    private final LearntQuota quota = new LearntQuota();
    private long now = START;

    private void told(long limit, long remaining, Duration reset) {
        quota.learn(new Quota(limit, remaining, reset), 0, now);
    }

    private void passed(double seconds) {
        now += (long) (seconds * SECOND);
    }

    private long opensIn(long units) {
        return quota.opensAt(units, now) - now;
    }

    @Test
    void nothing_said_is_nothing_known() {
        assertThat(quota.isKnown()).isFalse();
        assertThat(quota.tryTake(1_000_000, now)).isTrue();
        assertThat(opensIn(1_000_000)).isZero();
    }

    @Test
    void when_nothing_is_left_nothing_goes_before_the_reset() {
        told(60, 0, Duration.ofSeconds(7));
        assertThat(quota.tryTake(1, now)).isFalse();
        assertThat(opensIn(1)).isEqualTo(7 * SECOND);
        passed(6.999);
        assertThat(quota.tryTake(1, now)).isFalse();
        passed(0.001);
        assertThat(quota.tryTake(1, now)).isTrue();
        assertThat(quota.isKnown()).isFalse();
    }

    @Test
    void what_is_left_is_counted_down_by_what_is_sent() {
        told(100, 3, Duration.ofSeconds(20));
        assertThat(quota.tryTake(2, now)).isTrue();
        assertThat(quota.tryTake(2, now)).isFalse();
        assertThat(quota.tryTake(1, now)).isTrue();
        assertThat(quota.tryTake(1, now)).isFalse();
    }

    @Test
    void less_than_a_call_needs_holds_that_call_back_and_lets_a_smaller_one_go() {
        told(90_000, 500, Duration.ofSeconds(12));
        assertThat(opensIn(800)).isEqualTo(12 * SECOND);
        assertThat(opensIn(400)).isZero();
    }

    @Test
    void who_needs_more_than_there_ever_is_goes_when_all_is_there() {
        told(1000, 999, Duration.ofSeconds(12));
        assertThat(quota.tryTake(5000, now)).isFalse();
        passed(12);
        assertThat(quota.tryTake(5000, now)).isTrue();
    }

    @ParameterizedTest(name = "{0} of {1} left, full in {2}: 600 more in {3} s")
    @CsvSource({
        "0,     60000,   PT60S,    0.6", // OpenAI, tokens of a minute
        "300,   60000,   PT59.7S,  0.3",
        "599,   1440000, PT23H59M24S, 0.06", // a day; not waited for longer than five minutes, but refilled all the
        // same
    })
    void where_the_numbers_show_a_bucket_that_is_refilled_evenly_only_the_part_is_waited_for_that_lacks(
            long remaining, long limit, Duration reset, double seconds) {
        told(limit, remaining, reset);
        assertThat((double) opensIn(600)).isBetween(0.99 * seconds * SECOND, 1.01 * seconds * SECOND);
    }

    @Test
    void a_window_that_ends_soon_is_no_bucket_that_is_refilled_evenly() {
        told(60_000, 0, Duration.ofSeconds(20));
        assertThat(opensIn(600)).isEqualTo(20 * SECOND);
    }

    @Test
    void a_bucket_is_refilled_as_time_passes_and_never_holds_more_than_all() {
        told(60, 0, Duration.ofMinutes(1));
        passed(10);
        for (int i = 0; i < 10; i++) {
            assertThat(quota.tryTake(1, now)).isTrue();
        }
        assertThat(quota.tryTake(1, now)).isFalse();
    }

    @Test
    void a_word_that_was_sent_for_later_replaces_the_one_in_force() {
        told(100, 0, Duration.ofSeconds(20));
        passed(5);
        quota.learn(new Quota(100, 40, Duration.ofSeconds(15)), 2 * SECOND, now);
        assertThat(quota.tryTake(40, now)).isTrue();
        assertThat(quota.tryTake(1, now)).isFalse();
    }

    @Test
    void an_answer_that_was_overtaken_opens_nothing() {
        told(100, 0, Duration.ofSeconds(20));
        passed(5);
        quota.learn(new Quota(100, 9, Duration.ofSeconds(15)), 8 * SECOND, now);
        assertThat(quota.tryTake(1, now)).isFalse();
        assertThat(opensIn(1)).isEqualTo(15 * SECOND);
    }

    @Test
    void of_answers_under_way_together_the_one_counts_that_leaves_less() {
        told(100, 9, Duration.ofSeconds(20));
        quota.learn(new Quota(100, 2, Duration.ofSeconds(20)), SECOND, now);
        assertThat(quota.tryTake(3, now)).isFalse();
        assertThat(quota.tryTake(2, now)).isTrue();
    }

    @Test
    void nobody_is_kept_waiting_for_more_than_five_minutes_at_once() {
        told(0, 0, Duration.ofHours(20));
        assertThat(opensIn(1)).isEqualTo(300 * SECOND);
    }

    @ParameterizedTest
    @CsvSource({"10, 20, PT10S", "100, 0, PT24H0.001S", "0, 0, P400D"})
    void what_makes_no_sense_is_ignored(long limit, long remaining, Duration reset) {
        told(limit, remaining, reset);
        assertThat(quota.isKnown()).isFalse();
    }

    /** The provider here is a window that empties and opens again; it says what is left when it answers. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void a_provider_that_tells_the_truth_at_once_is_never_sent_more_than_it_allows(long seed) {
        var chance = new SplittableRandom(seed);
        long window = (5 + chance.nextInt(40)) * SECOND;
        long limit = 5L + chance.nextInt(50);
        long used = 0;
        long windowEnds = now + window;
        int sent = 0;
        for (int i = 0; i < 5000; i++) {
            now += chance.nextLong(window / 20);
            if (now - windowEnds >= 0) {
                windowEnds += ((now - windowEnds) / window + 1) * window;
                used = 0;
            }
            if (quota.tryTake(1, now)) {
                used++;
                sent++;
                assertThat(used).isLessThanOrEqualTo(limit);
                told(limit, limit - used, Duration.ofNanos(windowEnds - now));
            }
        }
        assertThat(sent).isGreaterThan(500);
    }
}
