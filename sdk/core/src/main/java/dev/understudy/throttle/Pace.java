package dev.understudy.throttle;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RateLimit} at work: the virtual scheduling form of the generic cell rate algorithm (ITU-T Recommendation I.371,
 * Annex A), which keeps one number, the theoretical arrival time of the next call. It equals a bucket of {@code permits}
 * that refills evenly over the period: after a quiet period so many may go at once, then one each {@code per / permits}.
 * Reservations are handed out in the order in which they are made, each for an instant of its own. Thread-safe.
 */
final class Pace {

    private final RateLimit limit;
    private final long interval;
    private final long tolerance;
    private final AtomicLong arrival;

    Pace(RateLimit limit, long now) {
        this.limit = limit;
        // Rounded up: rather a nanosecond too slow than one too fast.
        this.interval = (limit.per().toNanos() + limit.permits() - 1) / limit.permits();
        this.tolerance = interval * (limit.permits() - 1);
        this.arrival = new AtomicLong(now);
    }

    RateLimit limit() {
        return limit;
    }

    /** Lets a call go now, or not. */
    boolean tryPass(long now) {
        while (true) {
            long seen = arrival.get();
            if (seen - tolerance - now > 0) {
                return false;
            }
            if (arrival.compareAndSet(seen, later(seen, now) + interval)) {
                return true;
            }
        }
    }

    /** Reserves the next slot that is not before one instant, or nothing if it is after another. */
    @Nullable
    Slot reserve(long notBefore, long notAfter) {
        while (true) {
            long seen = arrival.get();
            long at = later(seen - tolerance, notBefore);
            if (at - notAfter > 0) {
                return null;
            }
            long after = later(seen, notBefore) + interval;
            if (arrival.compareAndSet(seen, after)) {
                return new Slot(at, after);
            }
        }
    }

    /** When a slot would be, if it were reserved now. */
    long next(long notBefore) {
        return later(arrival.get() - tolerance, notBefore);
    }

    /**
     * Takes a reservation back that will not be used. If others have reserved behind it, their instants stay as promised
     * and this one passes unused: moving later ones into its place could let more go at once than the limit says.
     */
    void giveBack(Slot slot) {
        arrival.compareAndSet(slot.after, slot.after - interval);
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }

    /**
     * A promise.
     *
     * @param at when the call may go
     * @param after the theoretical arrival time of the call behind it
     */
    record Slot(long at, long after) {}
}
