package dev.understudy.breaker;

import dev.understudy.time.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Our ticker as resilience4j wants to see it: seconds since this clock was made. A ticker's own readings may overflow, which
 * an {@link Instant} would show as a fall of centuries.
 */
final class TickerClock extends Clock {

    private static final long SECOND = 1_000_000_000;

    private final Ticker ticker;
    private final long originNanos;

    TickerClock(Ticker ticker) {
        this.ticker = ticker;
        this.originNanos = ticker.nanoTime();
    }

    @Override
    public Instant instant() {
        long nanos = ticker.nanoTime() - originNanos;
        return Instant.ofEpochSecond(nanos / SECOND, nanos % SECOND);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
