package dev.understudy.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.ConcurrencyLimit;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The learnt limit against simulated models, on a virtual clock: the seed decides how long answers are. Latencies are lognormal,
 * of 2 s on average; a sigma of 1 means that one in twenty takes five times as long as the median, and one a fifth.
 */
class LearntLimitTest {

    private static final AdaptiveSettings BOUNDS = new AdaptiveSettings(2, 10, 200);
    private static final int SLOTS = 40;
    private static final double MINUTES = 60;
    private static final double HOUR = 3600;

    private static Upstream before(long seed) {
        return new Upstream(new LearntLimit(BOUNDS), seed);
    }

    private static Upstream unlimited(Upstream upstream) {
        upstream.slots = Integer.MAX_VALUE;
        return upstream;
    }

    @ParameterizedTest
    @CsvSource({"1, 0.5", "2, 0.5", "3, 1", "4, 1", "5, 1.3", "6, 1.3"})
    void it_grows_before_a_model_that_answers_as_fast_as_ever_however_different_its_answers(long seed, double sigma) {
        Upstream upstream = unlimited(before(seed));
        upstream.sigma = sigma;
        upstream.run(10 * MINUTES);
        assertThat(upstream.highest).isGreaterThan(100);
        upstream.run(HOUR);
        assertThat(upstream.meanLimit()).isGreaterThan(sigma > 1 ? 120 : 160);
        assertThat(upstream.lowest).isGreaterThan(BOUNDS.initial());
    }

    @ParameterizedTest
    @CsvSource({"1, 0.5", "2, 0.5", "3, 1", "4, 1", "5, 1.3", "6, 1.3"})
    void it_keeps_a_model_busy_and_its_queue_short_for_hours(long seed, double sigma) {
        Upstream upstream = before(seed);
        upstream.sigma = sigma;
        upstream.run(10 * MINUTES);
        for (int hour = 0; hour < 6; hour++) {
            upstream.run(HOUR);
            assertThat(upstream.meanLimit()).isBetween(0.95 * SLOTS, 2.75 * SLOTS);
            assertThat(upstream.answers).isGreaterThan((int) (0.93 * SLOTS / upstream.meanSeconds * HOUR));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void it_shrinks_when_a_model_slows_down_by_queueing_and_grows_when_that_is_over(long seed) {
        Upstream upstream = before(seed);
        upstream.slots = 100;
        upstream.run(15 * MINUTES);
        double before = upstream.run(5 * MINUTES).meanLimit();
        upstream.slots = 20;
        upstream.run(15 * MINUTES);
        double during = upstream.run(15 * MINUTES).meanLimit();
        upstream.slots = 100;
        upstream.run(15 * MINUTES);
        double after = upstream.run(5 * MINUTES).meanLimit();
        assertThat(before).isGreaterThan(90);
        assertThat(during).isBetween(18.0, 60.0);
        assertThat(after).isGreaterThan(90);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void before_a_model_that_answers_429_it_stays_close_to_what_is_allowed(long seed) {
        Upstream upstream = before(seed);
        upstream.refuses = true;
        upstream.run(10 * MINUTES);
        upstream.run(HOUR);
        assertThat(upstream.highest).isLessThanOrEqualTo(SLOTS + 2);
        assertThat(upstream.meanLimit()).isGreaterThan(0.75 * SLOTS);
        assertThat((double) upstream.drops / upstream.answers).isLessThan(0.01);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void when_less_is_allowed_from_one_moment_to_the_next_it_follows_and_finds_back(long seed) {
        Upstream upstream = before(seed);
        upstream.refuses = true;
        upstream.run(10 * MINUTES);
        upstream.slots = 8;
        upstream.run(MINUTES);
        upstream.run(5 * MINUTES);
        assertThat(upstream.highest).isLessThanOrEqualTo(10);
        upstream.slots = SLOTS;
        upstream.run(10 * MINUTES);
        assertThat(upstream.highest).isGreaterThan(30);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void a_model_whose_answers_become_longer_for_good_is_not_taken_for_one_that_queues_for_good(long seed) {
        Upstream upstream = unlimited(before(seed));
        upstream.run(15 * MINUTES);
        upstream.meanSeconds = 6;
        upstream.run(HOUR);
        upstream.run(HOUR);
        assertThat(upstream.meanLimit()).isGreaterThan(60);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void it_stays_within_its_bounds_whatever_happens(long seed) {
        var bounds = new AdaptiveSettings(5, 7, 30);
        Upstream upstream = new Upstream(new LearntLimit(bounds), seed);
        for (int slots : new int[] {1000, 1, 1000, 3, 20, 1, 1000}) {
            upstream.slots = slots;
            upstream.refuses = slots % 2 == 1;
            upstream.timeout = slots == 3 ? Upstream.SECOND : 60 * Upstream.SECOND;
            upstream.run(10 * MINUTES);
            assertThat(upstream.lowest).isGreaterThanOrEqualTo(5);
            assertThat(upstream.highest).isLessThanOrEqualTo(30);
        }
    }

    @Test
    void without_demand_it_does_not_grow() {
        Upstream upstream = unlimited(before(1));
        upstream.callers = 4;
        upstream.run(HOUR);
        assertThat(upstream.highest).isLessThan(20);
    }

    @Test
    void of_a_round_in_which_everything_is_dropped_one_drop_counts() {
        var limit = new LearntLimit(BOUNDS);
        for (int i = 0; i < 10; i++) {
            limit.dropped(0, 50 + i, 10);
        }
        assertThat(limit.limit()).isEqualTo(8);
        limit.dropped(100, 50, 8);
        assertThat(limit.limit()).isEqualTo(6);
    }

    @Test
    void one_that_cannot_move_does_not() {
        var limit = new LearntLimit(new AdaptiveSettings(3, 3, 3));
        Upstream upstream = new Upstream(limit, 1).run(HOUR);
        assertThat(upstream.lowest).isEqualTo(3);
        assertThat(upstream.highest).isEqualTo(3);
        assertThat(limit).hasToString("LearntLimit[3]");
    }

    /** Why it is not simply one of the library's. */
    @Test
    void vegas_gradient_and_additive_increase_by_themselves_each_fail_one_of_these() {
        Limit vegas =
                VegasLimit.newBuilder().initialLimit(10).maxConcurrency(200).build();
        assertThat(unlimited(new Upstream(alone(vegas), 1)).run(HOUR).meanLimit())
                .as("Vegas takes long answers for a queue")
                .isLessThan(15);

        Limit gradient = Gradient2Limit.newBuilder()
                .initialLimit(10)
                .minLimit(2)
                .maxConcurrency(200)
                .build();
        Upstream varied = unlimited(new Upstream(alone(gradient), 1));
        varied.sigma = 1;
        assertThat(varied.run(HOUR).meanLimit())
                .as("Gradient2 takes every long answer for one")
                .isLessThan(30);

        Limit additive = AIMDLimit.newBuilder()
                .initialLimit(10)
                .minLimit(2)
                .maxLimit(200)
                .timeout(60, TimeUnit.SECONDS)
                .build();
        Upstream queueing = new Upstream(alone(additive), 1).run(HOUR).run(HOUR);
        assertThat(queueing.meanLimit()).as("AIMD sees no queue").isGreaterThan(180);
        Limit again = AIMDLimit.newBuilder()
                .initialLimit(10)
                .minLimit(2)
                .maxLimit(200)
                .timeout(60, TimeUnit.SECONDS)
                .build();
        Upstream refusing = new Upstream(alone(again), 1);
        refusing.refuses = true;
        refusing.run(HOUR);
        assertThat((double) refusing.drops / refusing.answers)
                .as("AIMD adds one an answer, not one a round")
                .isGreaterThan(0.1);
    }

    private static ConcurrencyLimit alone(Limit limit) {
        return new ConcurrencyLimit() {
            @Override
            public int limit() {
                return limit.getLimit();
            }

            @Override
            public void answered(long startNanos, long latencyNanos, int inFlight) {
                limit.onSample(startNanos, latencyNanos, inFlight, false);
            }

            @Override
            public void dropped(long startNanos, long latencyNanos, int inFlight) {
                limit.onSample(startNanos, latencyNanos, inFlight, true);
            }
        };
    }
}
