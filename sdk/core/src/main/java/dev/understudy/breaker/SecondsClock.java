package dev.understudy.breaker;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Our ticker as resilience4j's window wants to see it: whole seconds since this clock was made. It is told the time by whoever
 * has just read the ticker, and makes an {@link Instant} only when a second has passed. It never goes back, for the window
 * would be torn; and a ticker's own readings may overflow, which an instant would show as a fall of centuries.
 */
final class SecondsClock extends Clock {

    private static final long SECOND = 1_000_000_000;

    private final long originNanos;
    private final AtomicLong nanos = new AtomicLong();
    private volatile Instant second = Instant.EPOCH;

    SecondsClock(long originNanos) {
        this.originNanos = originNanos;
    }

    /** Learns of a reading. A thread that read before another told changes nothing. */
    void advanceTo(long nowNanos) {
        long passed = nowNanos - originNanos;
        // Opaque: a reading that another thread sees a little late belongs to the same second, or to the one just over.
        if (passed > nanos.getOpaque()) {
            nanos.setOpaque(passed);
        }
    }

    @Override
    public Instant instant() {
        long now = nanos.getOpaque() / SECOND;
        Instant known = second;
        if (now <= known.getEpochSecond()) {
            return known;
        }
        Instant fresh = Instant.ofEpochSecond(now);
        second = fresh;
        return fresh;
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
