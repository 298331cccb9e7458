package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InsightWindowsTest {

    private static final Duration FAST = Duration.ofMillis(100);
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private final FakeTicker ticker = new FakeTicker();
    private final Calls calls = new Calls(ticker);
    private final Insight insight = calls.insight();

    @BeforeEach
    void watch() {
        insight.watch(Calls.subject("tuned"));
    }

    @ParameterizedTest
    @CsvSource({"PT5M, PT6M", "PT1H, PT70M", "PT24H, PT25H"})
    void a_call_is_seen_for_a_window_and_forgotten_a_stretch_later(Duration window, Duration forgotten) {
        insight.on(calls.good(Variant.BASELINE, 1, FAST));
        ticker.advance(window);
        assertThat(baseline(window)).isEqualTo(1);

        ticker.advance(forgotten.minus(window));
        assertThat(baseline(window)).isZero();
        assertThat(baseline(Comparison.WHOLE_ROLLOUT)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"PT1S, PT5M", "PT5M, PT5M", "PT5M1S, PT1H", "PT2H, PT24H"})
    void another_time_gets_the_shortest_window_that_covers_it(Duration asked, Duration window) {
        assertThat(insight.compare(Calls.AGENT, asked).window()).isEqualTo(window);
    }

    @Test
    void the_last_minute_tells_of_both_variants_whoever_assigned_their_calls() {
        assertThat(insight.lastMinute(Calls.AGENT).costPerHour()).isNaN();
        for (int i = 1; i <= 100; i++) {
            insight.on(calls.call(Variant.BASELINE, i, Duration.ofMillis(i), Outcome.SUCCESS, null, Usage.NONE, 0.02));
        }
        ticker.advance(Duration.ofSeconds(30));
        insight.on(calls.rescued(7, Duration.ofMillis(700)));
        insight.on(new Event.CallFinished(
                Calls.AGENT,
                Variant.BASELINE,
                "steady",
                Outcome.ERROR,
                FailureKind.UPSTREAM,
                900_000_000,
                1,
                CacheStatus.OFF,
                false,
                ticker.nanoTime(),
                0,
                -1));

        Minute minute = insight.lastMinute(Calls.AGENT);
        assertThat(Duration.between(minute.from(), minute.to())).isEqualTo(Duration.ofSeconds(30));
        assertThat(minute.costPerHour()).isCloseTo(240, within(1e-9));
        assertThat(minute.outcomes()).isEqualTo(new RecentOutcomes(100, 1, 1));
        assertThat(minute.baseline().calls()).isEqualTo(101);
        assertThat(minute.baseline().callerErrors()).isEqualTo(1);
        assertThat(minute.baseline().p95()).isBetween(95.0, 97.0);
        assertThat(minute.baseline().p99()).isBetween(99.0, 101.0);
        assertThat(minute.candidate().calls()).isEqualTo(1);
        assertThat(minute.candidate().errors()).isEqualTo(1);
        assertThat(minute.candidate().callerErrors()).isZero();

        ticker.advance(Duration.ofSeconds(40));
        minute = insight.lastMinute(Calls.AGENT);
        assertThat(minute.baseline().calls()).isEqualTo(1);
        assertThat(minute.costPerHour()).isZero();
        assertThat(Duration.between(minute.from(), minute.to())).isEqualTo(Duration.ofSeconds(60));
        ticker.advance(Duration.ofSeconds(30));
        assertThat(insight.lastMinute(Calls.AGENT).candidate()).isEqualTo(Timeline.Arm.NONE);
    }

    @Test
    void more_than_a_day_is_the_whole_rollout() {
        ticker.advance(Duration.ofDays(3));

        assertThat(insight.compare(Calls.AGENT, Duration.ofHours(25)).window()).isEqualTo(Duration.ofDays(3));
    }

    @Test
    void no_time_at_all_and_unknown_agents_are_refused() {
        assertThatThrownBy(() -> insight.compare(Calls.AGENT, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than no time");
        assertThatThrownBy(() -> insight.timeline(Calls.AGENT, Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> insight.compare("nobody", FIVE_MINUTES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void a_comparison_says_since_when_it_looks() {
        ticker.advance(Duration.ofMinutes(2));
        assertThat(insight.compare(Calls.AGENT, FIVE_MINUTES).from()).isEqualTo(Calls.START);

        ticker.advance(Duration.ofMinutes(10));
        Comparison comparison = insight.compare(Calls.AGENT, FIVE_MINUTES);
        assertThat(comparison.to()).isEqualTo(calls.now());
        assertThat(comparison.from()).isEqualTo(calls.now().minus(FIVE_MINUTES));
    }

    @Test
    void a_new_candidate_begins_a_new_rollout_and_the_timeline_goes_on() {
        insight.on(calls.good(Variant.CANDIDATE, 1, FAST));
        insight.on(calls.good(Variant.BASELINE, 2, FAST));
        ticker.advance(Duration.ofSeconds(20));

        insight.watch(Calls.subject("tuned-2"));
        insight.on(calls.good(Variant.CANDIDATE, 3, FAST));

        for (Duration window : List.of(FIVE_MINUTES, Duration.ofDays(1), Comparison.WHOLE_ROLLOUT)) {
            Comparison comparison = insight.compare(Calls.AGENT, window);
            assertThat(comparison.candidate()).isNotNull();
            assertThat(comparison.candidate().model()).isEqualTo("tuned-2");
            assertThat(comparison.candidate().calls()).isEqualTo(1);
            assertThat(comparison.baseline().calls()).isZero();
            assertThat(comparison.from()).isEqualTo(calls.now());
        }
        Timeline timeline = insight.timeline(Calls.AGENT, Duration.ofHours(6));
        assertThat(timeline.points().stream()
                        .mapToLong(point -> point.candidate().calls())
                        .sum())
                .isEqualTo(2);
    }

    @Test
    void a_reload_that_keeps_the_candidate_keeps_what_was_seen() {
        insight.on(calls.good(Variant.CANDIDATE, 1, FAST));

        insight.watch(Calls.subject("tuned", new Limits(FAST, 0.5), () -> Findings.NONE));

        assertThat(insight.compare(Calls.AGENT, FIVE_MINUTES).candidate()).isNotNull();
        assertThat(insight.compare(Calls.AGENT, FIVE_MINUTES).candidate().calls())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "INVALID_REQUEST",
                "CONTEXT_LENGTH",
                "CONTENT_FILTER",
                "OVERLOADED",
                "CIRCUIT_OPEN",
                "BUDGET_EXCEEDED",
                "CANCELLED"
            })
    void what_is_not_the_models_doing_is_not_counted(FailureKind kind) {
        insight.on(calls.call(Variant.CANDIDATE, 1, FAST, Outcome.ERROR, kind, Usage.NONE, 0));
        insight.on(calls.call(Variant.CANDIDATE, 1, FAST, Outcome.DEGRADED, kind, Usage.NONE, 0));

        assertThat(candidate()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "HIT, 1, false, 0",
        "SHARED, 1, false, 0",
        "MISS, 1, false, 1",
        "OFF, 1, false, 1",
        "OFF, 1, true, 0",
    })
    void what_memory_answered_and_what_chose_its_variant_is_not_counted(
            CacheStatus cache, int attempts, boolean explicit, long counted) {
        insight.on(finished(Outcome.SUCCESS, null, attempts, cache, explicit));

        assertThat(candidate()).isEqualTo(counted);
    }

    @Test
    void a_call_that_ended_before_anything_was_sent_is_not_counted() {
        insight.on(finished(Outcome.ERROR, FailureKind.TIMEOUT, 0, CacheStatus.OFF, false));

        assertThat(candidate()).isZero();
    }

    @Test
    void an_expired_answer_is_an_error_that_nobody_saw_and_no_fallback() {
        insight.on(finished(Outcome.DEGRADED, FailureKind.UPSTREAM, 2, CacheStatus.STALE, false));

        VariantFigures candidate = insight.compare(Calls.AGENT, FIVE_MINUTES).candidate();
        assertThat(candidate).isNotNull();
        assertThat(candidate.errors()).isEqualTo(1);
        assertThat(candidate.fallbacks()).isZero();
        Timeline timeline = insight.timeline(Calls.AGENT, FIVE_MINUTES);
        assertThat(timeline.points().get(0).candidate().callerErrors()).isZero();
    }

    @Test
    void a_429_counts_only_where_the_models_do_not_share_a_quota() {
        Event limited = calls.call(Variant.CANDIDATE, 1, FAST, Outcome.ERROR, FailureKind.RATE_LIMITED, Usage.NONE, 0);
        insight.on(limited);
        assertThat(candidate()).isEqualTo(1);

        insight.watch(
                new Subject(Calls.AGENT, "steady", "tuned", true, Limits.DEFAULT, null, () -> 25, () -> Findings.NONE));
        insight.on(limited);
        assertThat(candidate()).isEqualTo(1);
    }

    @Test
    void the_timeline_tells_the_share_at_the_end_of_each_point() {
        double[] share = {25};
        insight.watch(new Subject(
                Calls.AGENT, "steady", "tuned", false, Limits.DEFAULT, null, () -> share[0], () -> Findings.NONE));
        ticker.advance(Duration.ofSeconds(12));
        insight.round();
        share[0] = 0;
        ticker.advance(Duration.ofSeconds(5));
        insight.round();
        ticker.advance(Duration.ofSeconds(5));

        assertThat(insight.timeline(Calls.AGENT, FIVE_MINUTES).points())
                .extracting(Timeline.Point::sharePercent)
                .containsExactly(25.0, 25.0, 0.0, 0.0, 0.0);
    }

    @Test
    void a_wall_clock_that_is_set_back_makes_no_call_vanish() {
        insight.on(calls.good(Variant.BASELINE, 1, FAST));
        calls.wallIsAhead = Duration.ofMinutes(-10);
        for (int i = 0; i < 100; i++) {
            ticker.advance(Duration.ofSeconds(2));
            insight.on(calls.good(Variant.BASELINE, 1, FAST));
        }

        assertThat(baseline(FIVE_MINUTES)).isEqualTo(101);
        assertThat(insight.timeline(Calls.AGENT, Duration.ofMinutes(30)).points().stream()
                        .mapToLong(point -> point.baseline().calls())
                        .sum())
                .isEqualTo(101);
        Instant before = null;
        for (Timeline.Point point :
                insight.timeline(Calls.AGENT, Duration.ofMinutes(30)).points()) {
            assertThat(before == null || point.from().isAfter(before)).isTrue();
            before = point.from();
        }
    }

    @Test
    void it_listens_on_the_callers_thread_and_ignores_agents_that_nobody_configured() {
        assertThat(insight.mayBlock()).isFalse();
        insight.retain(Set.of());
        insight.on(calls.good(Variant.BASELINE, 1, FAST));
        assertThatThrownBy(() -> baseline(FIVE_MINUTES)).isInstanceOf(IllegalArgumentException.class);
    }

    private Event.CallFinished finished(
            Outcome outcome, @Nullable FailureKind failure, int attempts, CacheStatus cache, boolean explicit) {
        return new Event.CallFinished(
                Calls.AGENT,
                Variant.CANDIDATE,
                "tuned",
                outcome,
                failure,
                FAST.toNanos(),
                attempts,
                cache,
                explicit,
                ticker.nanoTime(),
                1,
                Calls.QUARTER);
    }

    private long baseline(Duration window) {
        return insight.compare(Calls.AGENT, window).baseline().calls();
    }

    private long candidate() {
        VariantFigures figures = insight.compare(Calls.AGENT, FIVE_MINUTES).candidate();
        return figures == null ? -1 : figures.calls();
    }
}
