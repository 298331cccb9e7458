package dev.understudy.time;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The instant by which a piece of work is over, and the one word by which it can be ended sooner: a cancelled deadline has
 * passed. A part of the work gets an {@linkplain #earlierBy(long) earlier} deadline of its own, which is cancelled with
 * the whole. Whoever works under a deadline polls {@link #remainingNanos()}; nothing is called back. Thread-safe.
 */
public final class Deadline {

    private final Waiting waiting;
    /** Moves only where {@link #endAt} is called, by the one thread that works under it; others look. */
    private volatile long atNanos;

    private final @Nullable Deadline whole;
    private volatile boolean cancelled;

    private Deadline(Waiting waiting, long atNanos, @Nullable Deadline whole) {
        this.waiting = waiting;
        this.atNanos = atNanos;
        this.whole = whole;
    }

    /**
     * Sets a deadline from now.
     *
     * @param waiting the clock, and the life time of all deadlines on it
     * @param timeout how long from now; more than 292 years is not representable
     * @return a new deadline
     */
    public static Deadline after(Waiting waiting, Duration timeout) {
        return afterNanos(waiting, timeout.toNanos());
    }

    /**
     * Sets a deadline from now.
     *
     * @param waiting the clock, and the life time of all deadlines on it
     * @param timeoutNanos how long from now, in nanoseconds
     * @return a new deadline
     */
    public static Deadline afterNanos(Waiting waiting, long timeoutNanos) {
        return at(waiting, waiting.nanoTime() + timeoutNanos);
    }

    /**
     * Sets a deadline at a reading of the clock.
     *
     * @param waiting the clock, and the life time of all deadlines on it
     * @param atNanos the instant, on that clock
     * @return a new deadline
     */
    public static Deadline at(Waiting waiting, long atNanos) {
        return new Deadline(waiting, atNanos, null);
    }

    /**
     * Sets a deadline for a part of this work, keeping something back for the rest.
     *
     * @param reserveNanos how much sooner, in nanoseconds; zero or more
     * @return a deadline that passes sooner, and is cancelled with this one
     */
    public Deadline earlierBy(long reserveNanos) {
        return new Deadline(waiting, atNanos - reserveNanos, this);
    }

    /**
     * Moves the end of a part of the work, as when each piece of an answer buys time for the next: never beyond the whole's.
     * For the one thread that does the work; whoever else polls sees it.
     *
     * @param nanos the instant, on the same clock
     * @throws IllegalStateException if this is the deadline of a whole: that stays where it is
     */
    public void endAt(long nanos) {
        if (whole == null) {
            throw new IllegalStateException("The deadline of a whole does not move");
        }
        long last = whole.atNanos;
        atNanos = last - nanos < 0 ? last : nanos;
    }

    /**
     * Returns when this passes, unless it is cancelled before.
     *
     * @return a reading of the clock
     */
    public long atNanos() {
        return atNanos;
    }

    /**
     * Returns what is left. Zero or less means: stop, whatever the reason.
     *
     * @return nanoseconds until the deadline, at most zero once it has passed or was cancelled
     */
    public long remainingNanos() {
        return remainingNanos(waiting.nanoTime());
    }

    /**
     * Returns what is left, for somebody who has just read the clock: reading it costs more than the rest.
     *
     * @param nowNanos the reading
     * @return nanoseconds until the deadline, at most zero once it has passed or was cancelled
     */
    public long remainingNanos(long nowNanos) {
        long left = atNanos - nowNanos;
        return left > 0 && isCancelled() ? 0 : left;
    }

    /**
     * Says whether the work must end now.
     *
     * @return whether nothing is left
     */
    public boolean isOver() {
        return remainingNanos() <= 0;
    }

    /**
     * Says whether the end was ordered rather than reached.
     *
     * @return whether this or the whole was cancelled, or the registry closed
     */
    public boolean isCancelled() {
        return cancelled || waiting.isClosed() || (whole != null && whole.isCancelled());
    }

    /**
     * Ends the work now. A thread that is parked must be woken by the caller of this method. Idempotent.
     */
    public void cancel() {
        cancelled = true;
    }

    /** Returns what is left, for logs and thread dumps. */
    @Override
    public String toString() {
        return isCancelled() ? "Deadline[cancelled]" : "Deadline[" + remainingNanos() / 1_000_000 + " ms left]";
    }
}
