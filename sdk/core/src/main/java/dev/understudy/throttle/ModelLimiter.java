package dev.understudy.throttle;

import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a model's provider wants of us, whoever calls the model: silence after a 429, until its {@code Retry-After} has
 * passed, and, where a {@link RateLimit} is configured, not more than that. Calls wait for either if it will not be long,
 * each for an instant reserved in order; else they are refused at once. Thread-safe.
 *
 * <p>resilience4j's limiter would do the second part, but reads {@link System#nanoTime()} itself, where a simulation cannot
 * follow, and counts by fixed periods.
 */
public final class ModelLimiter {

    /** How long a 429 without a usable hint closes the model. */
    static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);
    /** The longest that one 429 closes it. */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** Not closed. No reading of a clock that started 292 years ago. */
    private static final long OPEN = Long.MIN_VALUE;

    private final Waiting waiting;
    private final AtomicLong closedUntil = new AtomicLong(OPEN);
    private volatile @Nullable Pace pace;

    /**
     * Opens the limiter of a model.
     *
     * @param limit how fast the model may be asked, or null for as fast as it answers
     * @param waiting the clock, and where callers wait
     */
    public ModelLimiter(@Nullable RateLimit limit, Waiting waiting) {
        this.waiting = waiting;
        limit(limit);
    }

    /**
     * Changes the rate limit. An equal one changes nothing; another starts with a full bucket. A pause that a 429 asked for
     * goes on.
     *
     * @param limit how fast the model may be asked, or null for as fast as it answers
     */
    public void limit(@Nullable RateLimit limit) {
        Pace old = pace;
        if (limit == null) {
            pace = null;
        } else if (old == null || !old.limit().equals(limit)) {
            pace = new Pace(limit, waiting.nanoTime());
        }
    }

    /**
     * Closes the model after a 429. Of several pauses the one that ends last counts.
     *
     * @param retryAfter how long the provider wants to be left alone, of which at most 5 min are granted at once; null, zero
     *     and negative ones, which say nothing, mean 1 s
     */
    public void closeFor(@Nullable Duration retryAfter) {
        Duration pause = retryAfter == null || retryAfter.isNegative() || retryAfter.isZero()
                ? DEFAULT_PAUSE
                : retryAfter.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : retryAfter;
        long until = waiting.nanoTime() + pause.toNanos();
        if (until == OPEN) {
            until++;
        }
        while (true) {
            long seen = closedUntil.get();
            if ((seen != OPEN && seen - until >= 0) || closedUntil.compareAndSet(seen, until)) {
                return;
            }
        }
    }

    /**
     * Returns how much longer the model is closed because of a 429.
     *
     * @return nanoseconds, or 0 where it is open
     */
    public long closedNanos() {
        return closedUntil.get() == OPEN ? 0 : closedNanos(waiting.nanoTime());
    }

    /** Lets a call go now, or not. */
    boolean tryPass() {
        Pace now = pace;
        if (now == null) {
            return closedUntil.get() == OPEN || closedNanos() == 0;
        }
        return closedNanos() == 0 && now.tryPass(waiting.nanoTime());
    }

    /**
     * Waits until a call may go, as long as the patience lasts.
     *
     * @return 0 when the call may go now; else nothing was taken, and this many nanoseconds from now one might
     */
    long await(Deadline patience) {
        while (true) {
            long now = waiting.nanoTime();
            long opensAt = now + closedNanos(now);
            long latest = now + Math.max(0, patience.remainingNanos());
            Pace current = pace;
            if (current == null) {
                if (opensAt == now) {
                    return 0;
                }
                if (opensAt - latest > 0 || !waiting.sleep(opensAt - now, patience)) {
                    return Math.max(1, opensAt - waiting.nanoTime());
                }
            } else {
                Pace.Slot slot = current.reserve(opensAt, latest);
                if (slot == null) {
                    return current.next(opensAt) - now;
                }
                if (!waiting.sleep(slot.at() - now, patience)) {
                    current.giveBack(slot);
                    return Math.max(1, slot.at() - waiting.nanoTime());
                }
                if (closedNanos() == 0) {
                    return 0;
                }
                current.giveBack(slot); // a 429 came while we slept: line up again behind it
            }
        }
    }

    private long closedNanos(long now) {
        long until = closedUntil.get();
        if (until == OPEN) {
            return 0;
        }
        long left = until - now;
        if (left <= 0) {
            closedUntil.compareAndSet(until, OPEN); // the next caller need not look at the clock
            return 0;
        }
        return left;
    }
}
