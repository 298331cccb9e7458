package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the calls and the pauses between them: every window and every point say what a list of all calls says. */
class ComparisonAgainstAListOfCallsTest {

    private record Seen(Instant at, Event.CallFinished call) {}

    private final FakeTicker ticker = new FakeTicker();
    private final Calls calls = new Calls(ticker);
    private final Insight insight = calls.insight();
    private final List<Seen> all = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void every_window_and_every_point_say_what_a_list_of_all_calls_says(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        insight.watch(Calls.subject("tuned"));
        for (int step = 0; step < 1_500; step++) {
            happen(random);
            ticker.advance(pause(random));
            if (random.nextInt(10) == 0) {
                insight.round();
            }
            if (random.nextInt(100) == 0) {
                compareAll();
            }
        }
        compareAll();
        timelines();
    }

    @Test
    void a_thousand_calls_of_one_slice_are_all_there_at_once() {
        insight.watch(Calls.subject("tuned"));
        SplittableRandom random = new SplittableRandom(99);
        for (int i = 0; i < 1_000; i++) {
            happen(random);
        }
        compareAll();
    }

    private static Duration pause(SplittableRandom random) {
        return switch (random.nextInt(40)) {
            case 0 -> Duration.ofHours(random.nextInt(1, 4));
            case 1, 2 -> Duration.ofMinutes(random.nextInt(1, 60));
            case 3, 4, 5, 6, 7, 8 -> Duration.ofSeconds(random.nextInt(1, 60));
            default -> Duration.ofMillis(random.nextInt(0, 2_000));
        };
    }

    private void happen(SplittableRandom random) {
        Variant variant = random.nextInt(4) == 0 ? Variant.CANDIDATE : Variant.BASELINE;
        Duration latency = Duration.ofNanos((long) (1e8 * Math.exp(2 * random.nextDouble() * random.nextDouble())));
        Usage usage = new Usage(random.nextInt(0, 3_000), random.nextInt(0, 500));
        Event.CallFinished call =
                switch (random.nextInt(20)) {
                    case 0 -> calls.failed(variant, random.nextInt(), latency);
                    case 1 -> calls.rescued(random.nextInt(), latency);
                    case 2 -> calls.byChoice(variant, latency);
                    case 3 ->
                        calls.call(
                                variant,
                                1,
                                latency,
                                Outcome.CANCELLED,
                                FailureKind.CANCELLED,
                                usage,
                                random.nextDouble());
                    default ->
                        calls.call(
                                variant,
                                random.nextInt(50) * 7919,
                                latency,
                                Outcome.SUCCESS,
                                null,
                                usage,
                                random.nextInt(100) / 64.0);
                };
        insight.on(call);
        all.add(new Seen(calls.now(), call));
    }

    private void compareAll() {
        check(Duration.ofMinutes(5), Duration.ofMinutes(1));
        check(Duration.ofHours(1), Duration.ofMinutes(10));
        check(Duration.ofDays(1), Duration.ofHours(1));
        check(Comparison.WHOLE_ROLLOUT, Duration.ofDays(1));
    }

    /** A window begins with the stretch in which it begins. */
    private void check(Duration window, Duration stretch) {
        Comparison comparison = insight.compare(Calls.AGENT, window);
        Instant from = window.equals(Comparison.WHOLE_ROLLOUT)
                ? Instant.MIN
                : Instant.ofEpochMilli((calls.now().toEpochMilli() / stretch.toMillis() - window.dividedBy(stretch))
                        * stretch.toMillis());
        for (Variant variant : Variant.values()) {
            List<Event.CallFinished> expected = all.stream()
                    .filter(seen -> !seen.at().isBefore(from))
                    .map(Seen::call)
                    .filter(call -> call.variant() == variant && call.randomised() && !call.isNeutral())
                    .toList();
            check(variant == Variant.BASELINE ? comparison.baseline() : comparison.candidate(), expected);
        }
        if (!window.equals(Comparison.WHOLE_ROLLOUT)) {
            assertThat(comparison.window()).isEqualTo(window);
        }
    }

    private static void check(@Nullable VariantFigures figures, List<Event.CallFinished> expected) {
        assertThat(figures).isNotNull();
        assertThat(figures.calls()).isEqualTo(expected.size());
        assertThat(figures.errors())
                .isEqualTo(expected.stream()
                        .filter(call -> call.outcome() != Outcome.SUCCESS)
                        .count());
        assertThat(figures.fallbacks())
                .isEqualTo(expected.stream()
                        .filter(call -> call.outcome() == Outcome.DEGRADED)
                        .count());
        assertThat(figures.inputTokens())
                .isEqualTo(expected.stream()
                        .mapToLong(call -> call.usage().inputTokens())
                        .sum());
        assertThat(figures.outputTokens())
                .isEqualTo(expected.stream()
                        .mapToLong(call -> call.usage().outputTokens())
                        .sum());
        assertThat(figures.cost())
                .isEqualTo(
                        expected.stream().mapToDouble(Event.CallFinished::cost).sum());
        long units = expected.stream().map(Event.CallFinished::unit).distinct().count();
        assertThat((double) figures.units()).isCloseTo((double) units, within(Math.max(3.5, units * 0.04)));
        assertThat(figures.distribution().stream()
                        .mapToLong(VariantFigures.Bin::calls)
                        .sum())
                .isEqualTo(figures.calls());
        assertQuantile(figures.p50().value(), 0.50, expected);
        assertQuantile(figures.p95().value(), 0.95, expected);
        assertQuantile(figures.p99().value(), 0.99, expected);
    }

    private static void assertQuantile(double millis, double quantile, List<Event.CallFinished> expected) {
        if (expected.isEmpty()) {
            assertThat(millis).isNaN();
            return;
        }
        long[] sorted = expected.stream()
                .mapToLong(Event.CallFinished::latencyNanos)
                .sorted()
                .toArray();
        double exact = sorted[(int) Math.ceil(quantile * sorted.length) - 1] / 1e6;
        assertThat(millis).isCloseTo(exact, within(exact * 0.004 + 0.032));
    }

    private void timelines() {
        for (Duration back : List.of(Duration.ofMinutes(30), Duration.ofHours(6), Duration.ofDays(8))) {
            Timeline timeline = insight.timeline(Calls.AGENT, back);
            assertThat(timeline.points()).hasSizeLessThanOrEqualTo(1152);
            Instant next = null;
            for (Timeline.Point point : timeline.points()) {
                if (next != null) {
                    assertThat(point.from()).isEqualTo(next);
                }
                next = point.from().plus(timeline.width());
                check(point.baseline(), between(point.from(), next, Variant.BASELINE));
                check(point.candidate(), between(point.from(), next, Variant.CANDIDATE));
            }
            assertThat(next).isAfter(calls.now());
        }
    }

    private List<Event.CallFinished> between(Instant from, Instant to, Variant variant) {
        return all.stream()
                .filter(seen -> !seen.at().isBefore(from) && seen.at().isBefore(to))
                .map(Seen::call)
                .filter(call -> call.variant() == variant && !call.isNeutral())
                .toList();
    }

    private static void check(Timeline.Arm arm, List<Event.CallFinished> expected) {
        assertThat(arm.calls()).isEqualTo(expected.size());
        assertThat(arm.callerErrors())
                .isEqualTo(expected.stream()
                        .filter(call -> call.outcome() == Outcome.ERROR)
                        .count());
        assertThat(arm.errors())
                .isEqualTo(expected.stream()
                        .filter(call -> call.outcome() != Outcome.SUCCESS)
                        .count());
        assertQuantile(arm.p95(), 0.95, expected);
    }
}
