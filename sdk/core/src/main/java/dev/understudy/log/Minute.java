package dev.understudy.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One line a minute for what may happen a thousand times a second: the first is told at once, the rest of the minute is
 * counted, and told with the latest of them. Thread-safe; nobody waits.
 *
 * @param <E> what happens
 */
final class Minute<E> {

    private static final long NANOS = TimeUnit.MINUTES.toNanos(1);

    /** When the next line is due; everything before it is counted. */
    private final AtomicLong due;
    /** What happened since the last line. */
    private final AtomicLong count = new AtomicLong();

    private volatile @Nullable E latest;

    Minute(long nowNanos) {
        due = new AtomicLong(nowNanos);
    }

    /** Notes that it happened. */
    void happened(E event) {
        latest = event;
        count.incrementAndGet();
    }

    /** Says whether something happened that was not told. */
    boolean isPending() {
        return count.get() > 0;
    }

    /** Returns how often it happened since the last line, if a line is due now: then the caller writes it. Else 0. */
    long take(long nowNanos) {
        long at = due.get();
        return nowNanos - at >= 0 && isPending() && due.compareAndSet(at, nowNanos + NANOS) ? count.getAndSet(0) : 0;
    }

    /** The latest of what happened; null if nothing has. */
    @Nullable
    E latest() {
        return latest;
    }
}
