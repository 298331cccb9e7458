package dev.understudy.throttle;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RateLimit} or {@link TokenLimit} at work: the virtual scheduling form of the generic cell rate algorithm (ITU-T
 * Recommendation I.371, Annex A), which keeps one number, the theoretical arrival time of the next call. It equals a bucket of
 * so many units that refills evenly over the period: after a quiet period all may go at once, then each takes {@code per /
 * units}. Who needs more than the bucket holds waits until it is full. Reservations are handed out in the order in which they
 * are made, each for an instant of its own. Thread-safe.
 */
final class Pace {

    private final Record limit;
    private final double nanosPerUnit;
    private final long capacity;
    private final AtomicLong arrival;

    private Pace(Record limit, double nanosPerUnit, long capacity, long now) {
        this.limit = limit;
        this.nanosPerUnit = nanosPerUnit;
        this.capacity = capacity;
        this.arrival = new AtomicLong(now);
    }

    static Pace of(RateLimit limit, long now) {
        // Rounded up: rather a nanosecond too slow than one too fast.
        long interval = (limit.per().toNanos() + limit.permits() - 1) / limit.permits();
        return new Pace(limit, interval, interval * limit.permits(), now);
    }

    static Pace of(TokenLimit limit, long now) {
        long per = limit.per().toNanos();
        return new Pace(limit, (double) per / limit.tokens(), per, now);
    }

    /** Says whether this is the limit that it keeps. */
    boolean keeps(Record other) {
        return limit.equals(other);
    }

    /** Lets a call go now, or not. */
    boolean tryPass(long units, long now) {
        long cost = cost(units);
        while (true) {
            long seen = arrival.get();
            if (seen - (capacity - cost) - now > 0) {
                return false;
            }
            if (arrival.compareAndSet(seen, later(seen, now) + cost)) {
                return true;
            }
        }
    }

    /** Reserves the next slot that is not before one instant, or nothing if it is after another. */
    @Nullable
    Slot reserve(long units, long notBefore, long notAfter) {
        long cost = cost(units);
        while (true) {
            long seen = arrival.get();
            long at = later(seen - (capacity - cost), notBefore);
            if (at - notAfter > 0) {
                return null;
            }
            long after = later(seen, notBefore) + cost;
            if (arrival.compareAndSet(seen, after)) {
                return new Slot(at, after, cost);
            }
        }
    }

    /** When a slot would be, if it were reserved now. */
    long next(long units, long notBefore) {
        return later(arrival.get() - (capacity - cost(units)), notBefore);
    }

    /**
     * Takes a reservation back that will not be used. If others have reserved behind it, their instants stay as promised
     * and this one passes unused: moving later ones into its place could let more go at once than the limit says.
     */
    void giveBack(Slot slot) {
        arrival.compareAndSet(slot.after, slot.after - slot.cost);
    }

    /**
     * Puts right what was taken on an estimate. What was too much is there for those who come next, before the instants that
     * were promised already; what was too little they have to wait for.
     */
    void correct(long taken, long used, long now) {
        long more = cost(used) - cost(taken);
        if (more < 0) {
            arrival.addAndGet(more);
        } else if (more > 0) {
            arrival.accumulateAndGet(more, (seen, debt) -> later(seen, now) + debt);
        }
    }

    private long cost(long units) {
        return Math.min(capacity, (long) Math.ceil(units * nanosPerUnit));
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }

    /**
     * A promise.
     *
     * @param at when the call may go
     * @param after the theoretical arrival time of the call behind it
     * @param cost what it takes of the bucket, in nanoseconds
     */
    record Slot(long at, long after, long cost) {}
}
