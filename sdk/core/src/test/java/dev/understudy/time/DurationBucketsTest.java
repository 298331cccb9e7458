package dev.understudy.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurationBucketsTest {

    @Test
    void every_duration_falls_into_a_bucket_whose_middle_is_near() {
        for (long nanos = 0; nanos < Duration.ofMinutes(73).toNanos(); nanos += 1 + nanos / 100) {
            long middle = DurationBuckets.middleOf(DurationBuckets.of(nanos));

            assertThat((double) middle).isCloseTo((double) nanos, within(Math.max(512, nanos / 63.0)));
        }
    }

    @Test
    void buckets_are_in_order_and_have_no_gaps() {
        int last = 0;
        for (long nanos = 0; nanos < Duration.ofMinutes(73).toNanos(); nanos += Math.max(1000, nanos / 100)) {
            int bucket = DurationBuckets.of(nanos);
            assertThat(bucket).isBetween(last, last + 1);
            last = bucket;
        }
        assertThat(last).isEqualTo(DurationBuckets.COUNT - 1);
    }

    @Test
    void absurd_durations_are_counted_at_the_ends() {
        assertThat(DurationBuckets.of(-1)).isZero();
        assertThat(DurationBuckets.of(Long.MIN_VALUE)).isZero();
        assertThat(DurationBuckets.of(Long.MAX_VALUE)).isEqualTo(DurationBuckets.COUNT - 1);
    }
}
