package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Quota;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens per minute: taken on an estimate, put right by what was used, and never more than a bucket holds and refills. */
@Rule("R12")
class TokenLimitTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final long start = ticker.nanoTime();
    private final ModelLimiter limiter = new ModelLimiter(null, new TokenLimit(60_000, MINUTE), waiting);

    private Deadline patience(Duration time) {
        return Deadline.after(waiting, time);
    }

    private long elapsedMillis() {
        return (ticker.nanoTime() - start) / 1_000_000;
    }

    @Test
    void a_full_bucket_goes_at_once_and_then_as_fast_as_it_is_refilled() {
        assertThat(limiter.tryPass(40_000)).isTrue();
        assertThat(limiter.tryPass(20_001)).isFalse();
        assertThat(limiter.tryPass(20_000)).isTrue();
        assertThat(limiter.await(500, patience(SECOND))).isZero();
        assertThat(elapsedMillis()).isEqualTo(500);
        assertThat(limiter.await(1500, patience(SECOND))).isEqualTo(1_500_000_000);
        assertThat(limiter.why(1500)).contains("token limit");
    }

    @Test
    void what_was_taken_for_nothing_is_there_again() {
        assertThat(limiter.tryPass(60_000)).isTrue();
        limiter.used(60_000, 10_000, 500);
        assertThat(limiter.tryPass(50_000)).isTrue();
        assertThat(limiter.tryPass(1)).isFalse();
    }

    @Test
    void what_was_used_beyond_the_estimate_is_owed() {
        assertThat(limiter.tryPass(1000)).isTrue();
        limiter.used(1000, 60_000, 0);
        assertThat(limiter.await(2000, patience(MINUTE))).isZero();
        assertThat(elapsedMillis()).isEqualTo(2000);
    }

    @Test
    void who_needs_more_than_the_bucket_holds_waits_until_it_is_full() {
        assertThat(limiter.tryPass(1000)).isTrue();
        assertThat(limiter.await(1_000_000, patience(MINUTE))).isZero();
        assertThat(elapsedMillis()).isEqualTo(1000);
        assertThat(limiter.tryPass(1)).isFalse();
    }

    @Test
    @Rule("R7")
    void a_wait_that_would_be_too_long_is_refused_at_once_and_costs_nothing() {
        assertThat(limiter.tryPass(60_000)).isTrue();
        for (int i = 0; i < 100; i++) {
            assertThat(limiter.await(2000, patience(SECOND))).isEqualTo(2_000_000_000);
        }
        assertThat(limiter.await(1000, patience(SECOND))).isZero();
        assertThat(elapsedMillis()).isEqualTo(1000);
    }

    @Test
    void an_equal_limit_changes_nothing_another_starts_full_and_none_ends_it() {
        assertThat(limiter.tryPass(60_000)).isTrue();
        limiter.limit(null, new TokenLimit(60_000, MINUTE));
        assertThat(limiter.tryPass(1)).isFalse();
        limiter.limit(null, new TokenLimit(50_000, MINUTE));
        assertThat(limiter.tryPass(50_000)).isTrue();
        limiter.limit(null, null);
        assertThat(limiter.tryPass(1_000_000)).isTrue();
    }

    @Test
    void a_call_that_has_to_wait_for_tokens_takes_its_turn_of_the_requests_then_and_not_before() {
        var both = new ModelLimiter(new RateLimit(1, SECOND), new TokenLimit(1000, Duration.ofSeconds(10)), waiting);
        assertThat(both.tryPass(1000)).isTrue();
        assertThat(both.await(500, patience(MINUTE))).isZero();
        assertThat(elapsedMillis()).isEqualTo(5000);
        assertThat(both.tryPass(0)).isFalse(); // the second's one request is this one
        assertThat(both.await(10, patience(MINUTE))).isZero();
        assertThat(elapsedMillis()).isEqualTo(6000);
    }

    @Test
    void who_is_refused_for_its_tokens_has_taken_no_request() {
        var both = new ModelLimiter(new RateLimit(1, SECOND), new TokenLimit(1000, Duration.ofSeconds(10)), waiting);
        assertThat(both.tryPass(900)).isTrue();
        ticker.advance(SECOND);
        assertThat(both.tryPass(900)).isFalse();
        assertThat(both.await(900, patience(SECOND))).isPositive();
        assertThat(both.tryPass(100)).isTrue();
    }

    @Test
    void what_a_provider_says_never_loosens_what_is_configured() {
        assertThat(limiter.tryPass(60_000)).isTrue();
        limiter.told(null, new Quota(1_000_000, 1_000_000, SECOND), 0);
        assertThat(limiter.tryPass(1)).isFalse();
    }

    @Test
    void what_a_provider_says_holds_where_nothing_is_configured() {
        var open = new ModelLimiter(null, null, waiting);
        open.told(new Quota(100, 0, Duration.ofSeconds(2)), new Quota(5000, 10, Duration.ofSeconds(3)), 0);
        assertThat(open.tryPass(0)).isFalse();
        assertThat(open.shutNanos(0)).isEqualTo(2_000_000_000);
        assertThat(open.shutNanos(11)).isEqualTo(3_000_000_000L);
        assertThat(open.why(0)).contains("quota");
        assertThat(open.await(0, patience(SECOND))).isEqualTo(2_000_000_000);
        assertThat(open.await(20, patience(MINUTE))).isZero();
        assertThat(elapsedMillis()).isEqualTo(3000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void over_any_stretch_of_time_no_more_tokens_go_than_a_bucket_holds_and_refills(long seed) {
        var chance = new SplittableRandom(seed);
        var limit = new TokenLimit(1000 + chance.nextInt(100_000), Duration.ofMillis(100 + chance.nextInt(60_000)));
        var under = new ModelLimiter(null, limit, waiting);
        long per = limit.per().toNanos();
        List<Long> at = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            ticker.advance(Duration.ofNanos(chance.nextLong(per / 20)));
            long estimated = 1 + chance.nextLong(limit.tokens() / 8);
            boolean goes = chance.nextBoolean()
                    ? under.tryPass(estimated)
                    : under.await(estimated, patience(limit.per().dividedBy(4))) == 0;
            if (goes) {
                // What is used is what goes: known at once here, and never more than was estimated.
                long used = 1 + chance.nextLong(estimated);
                under.used(estimated, used, 0);
                at.add(ticker.nanoTime() - start);
                tokens.add(used);
            }
        }
        assertThat(at).hasSizeGreaterThan(100);
        for (int from = 0; from < at.size(); from++) {
            long sum = 0;
            for (int to = from; to < at.size(); to++) {
                sum += tokens.get(to);
                double allowed = limit.tokens() + (double) (at.get(to) - at.get(from)) / per * limit.tokens();
                assertThat((double) sum).isLessThanOrEqualTo(allowed + 1);
            }
        }
    }
}
