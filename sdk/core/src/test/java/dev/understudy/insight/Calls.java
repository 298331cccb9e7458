package dev.understudy.insight;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ends of calls of one agent, on a clock that a test moves. */
final class Calls {

    static final String AGENT = "qa_agent";
    static final int QUARTER = 25_000;

    /** A Thursday afternoon. */
    static final Instant START = Instant.parse("2026-11-19T13:00:00Z");

    final FakeTicker ticker;
    private final long startNanos;
    /** Set by tests of a wall clock that jumps. */
    Duration wallIsAhead = Duration.ZERO;

    Calls(FakeTicker ticker) {
        this.ticker = ticker;
        this.startNanos = ticker.nanoTime();
    }

    InstantSource wall() {
        return this::now;
    }

    Instant now() {
        return START.plusNanos(ticker.nanoTime() - startNanos).plus(wallIsAhead);
    }

    static Subject subject(@Nullable String candidate) {
        return subject(candidate, Limits.DEFAULT, () -> Findings.NONE);
    }

    static Subject subject(@Nullable String candidate, Limits limits, Supplier<Findings> findings) {
        return new Subject(AGENT, "steady", candidate, false, limits, null, () -> 25, findings);
    }

    /** Insight without a past that watches agents with a candidate. */
    static Insight insight(FakeTicker ticker, String... agents) {
        Insight insight = new Insight(ticker, new Calls(ticker).wall(), new InMemoryRolloutStore());
        for (String agent : agents) {
            insight.watch(
                    new Subject(agent, "steady", "new", false, Limits.DEFAULT, null, () -> 25, () -> Findings.NONE));
        }
        return insight;
    }

    Insight insight() {
        return new Insight(ticker, wall(), new InMemoryRolloutStore());
    }

    Event.CallFinished good(Variant variant, int unit, Duration latency) {
        return call(variant, unit, latency, Outcome.SUCCESS, null, Usage.NONE, 0);
    }

    Event.CallFinished rescued(int unit, Duration latency) {
        return call(Variant.CANDIDATE, unit, latency, Outcome.DEGRADED, FailureKind.TIMEOUT, Usage.NONE, 0);
    }

    Event.CallFinished failed(Variant variant, int unit, Duration latency) {
        return call(variant, unit, latency, Outcome.ERROR, FailureKind.UPSTREAM, Usage.NONE, 0);
    }

    Event.CallFinished call(
            Variant variant,
            int unit,
            Duration latency,
            Outcome outcome,
            @Nullable FailureKind failure,
            Usage usage,
            double cost) {
        return new Event.CallFinished(
                AGENT,
                variant,
                variant == Variant.CANDIDATE && outcome != Outcome.DEGRADED ? "tuned" : "steady",
                outcome,
                failure,
                latency.toNanos(),
                1,
                CacheStatus.OFF,
                false,
                ticker.nanoTime(),
                unit,
                QUARTER,
                usage,
                cost);
    }

    /** A call that chance did not assign. */
    Event.CallFinished byChoice(Variant variant, Duration latency) {
        return new Event.CallFinished(
                AGENT,
                variant,
                "steady",
                Outcome.SUCCESS,
                null,
                latency.toNanos(),
                1,
                CacheStatus.OFF,
                false,
                ticker.nanoTime(),
                0,
                -1,
                Usage.NONE,
                0);
    }
}
