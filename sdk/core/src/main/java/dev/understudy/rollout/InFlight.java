package dev.understudy.rollout;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Calls under way, so that a slow one is known when it passes a limit and not when it ends. Thread-safe and lock-free: a call
 * takes a place by one compare-and-set and gives it back by one exchange; whoever comes by looks whether anything is due by
 * one read, and goes round all places only then. All instants count from the guard's beginning, which makes them positive.
 *
 * <p><b>A place</b> is three words on a cache line of its own: state, start, and who it is. The state's upper bits number its
 * holders, so that nobody who looked at one call ever marks the next. A mark says that a limit was passed and counted: whoever
 * sets it counts, and the holder learns of it when it leaves. So a call counts once, in flight or at its end.
 *
 * <p><b>Bounded.</b> Where no place is free, a call counts at its end. The comparison with the baseline must not care which arm
 * a call is on, or a hung provider would look like a hung candidate: its places are shared by both arms, first come, first
 * served. Only the candidate's own limit has places in reserve.
 *
 * <p><b>What is due</b> is the earliest instant at which a call in flight will pass a limit. A holder lowers it after it took
 * its place; who looks raises it to "never" <em>before</em> going round, and lowers it again afterwards: so a call that came
 * meanwhile is either seen on the round, or its own lowering comes later. What has ended stays due, for nobody goes round to
 * learn what is next: so there is a pause between rounds, or models that answer within microseconds would have one a call.
 */
final class InFlight {

    /** Mark: it passed the limit on the candidate. */
    static final int LIMIT = 4;
    /** Mark: it passed the baseline's p95. */
    static final int COMPARED = 8;
    /** No limit, and nothing due. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int HELD = 1;
    /** Everything is written, and what happens to it is its own doing. */
    private static final int OPEN = 2;

    private static final int MARKS = 15;

    private static final int SHARED = 128;
    private static final int RESERVED = 64;
    /** How many places a call tries. */
    private static final int TRIES = 16;
    /** Words from one place to the next: a cache line. */
    private static final int STRIDE = 8;

    private static final int START = 1;
    private static final int WHO = 2;

    private static final long PAUSE_NANOS = 1_000_000;

    private final int shared;
    private final int reserved;
    private final long pause;
    /** The word that says what is due; behind it the instant of the latest round. */
    private final int due;

    private final int round;
    private final AtomicLongArray words;

    /** What becomes of it when a call in flight is found to have passed a limit. */
    interface Passing {
        /** A call of the candidate passed the limit. */
        void passedLimit();

        /** A call passed what it is compared with. */
        void passedCompared(boolean candidate, int unit, int share);
    }

    InFlight() {
        this(SHARED, RESERVED, PAUSE_NANOS);
    }

    /** Has so many places, powers of two, and such a pause. */
    InFlight(int shared, int reserved, long pause) {
        this.shared = shared;
        this.reserved = reserved;
        this.pause = pause;
        due = (shared + reserved) * STRIDE;
        round = due + 1;
        words = new AtomicLongArray(due + STRIDE);
        words.set(due, NEVER);
        words.set(round, -pause);
    }

    /**
     * Takes a place.
     *
     * @param candidate whether it is on the candidate
     * @param unit who
     * @param share by which share it was assigned, or -1 where it names no unit
     * @param start when it began
     * @param limit how long it may take on the candidate, or {@link #NEVER}
     * @param compared how long it may take in comparison, or {@link #NEVER}
     * @return the place, or -1 where none was free or there is nothing to look at
     */
    int enter(boolean candidate, int unit, int share, long start, long limit, long compared) {
        // Threads are spread over the places, and find their own again: it is in their cache. Where it is taken, the
        // unit
        // says where to go on, by bits that do not decide its arm.
        int first = spread((int) Thread.currentThread().getId());
        int step = spread(unit) | 1;
        int place = compared == NEVER ? -1 : claim(first, step, 0, shared);
        long soonest = Math.min(limit, compared);
        if (place < 0) {
            place = limit == NEVER ? -1 : claim(first, step, shared, reserved);
            soonest = limit;
        }
        if (place >= 0) {
            int at = place * STRIDE;
            words.setPlain(at + START, start);
            words.setPlain(at + WHO, (long) unit << 32 | Math.max(share, 0) << 1 | (candidate ? 1 : 0));
            words.set(at, words.getPlain(at) | OPEN); // a full fence: seen before what is due is read
            lower(passing(start, soonest));
        }
        return place;
    }

    private int claim(int first, int step, int from, int count) {
        for (int i = 0; i < TRIES; i++) {
            int place = from + ((first + i * step) & (count - 1));
            int at = place * STRIDE;
            long state = words.getPlain(at);
            if ((state & HELD) == 0 && words.compareAndSet(at, state, next(state) | HELD)) {
                return place;
            }
        }
        return -1;
    }

    /** Gives a place back; returns the marks that were set on it. */
    int leave(int place) {
        if (place < 0) {
            return 0;
        }
        int at = place * STRIDE;
        return (int) words.getAndSet(at, next(words.getPlain(at))) & (LIMIT | COMPARED);
    }

    /** Does not look at a call, or looks at it again; by its holder. */
    void lookAway(int place, boolean away) {
        int at = place * STRIDE;
        long state;
        do {
            state = words.get(at);
        } while (!words.compareAndSet(at, state, away ? state & ~OPEN : state | OPEN));
        if (!away) {
            lookSoon();
        }
    }

    /** Says whether it is worth going round. */
    boolean isDue(long now) {
        return now >= words.get(due) && now - words.get(round) >= pause;
    }

    /** Lets the next who comes by go round. */
    void lookSoon() {
        words.set(round, -pause);
        lower(0);
    }

    /**
     * Goes round, and marks and tells every call that has passed a limit.
     *
     * @param now the instant
     * @param limit how long a call of the candidate may take, or {@link #NEVER}
     * @param baseline how long a call of the baseline may take in comparison, or {@link #NEVER}
     * @param candidate how long a call of the candidate may take in comparison, or {@link #NEVER}
     * @param passing who is told
     * @return whether there was any
     */
    boolean look(long now, long limit, long baseline, long candidate, Passing passing) {
        words.set(round, now);
        words.set(due, NEVER);
        boolean any = false;
        long next = NEVER;
        int place = 0;
        while (place < shared + reserved) {
            int at = place * STRIDE;
            long state = words.get(at);
            if ((state & OPEN) == 0) {
                place++;
                continue;
            }
            long start = words.get(at + START);
            long who = words.get(at + WHO);
            boolean onCandidate = (who & 1) != 0;
            long own = onCandidate && (state & LIMIT) == 0 ? passing(start, limit) : NEVER;
            long other = place < shared && (state & COMPARED) == 0
                    ? passing(start, onCandidate ? candidate : baseline)
                    : NEVER;
            if (now < Math.min(own, other)) {
                if (words.get(at) == state) { // or else a new holder lowers what is due itself
                    next = Math.min(next, Math.min(own, other));
                }
                place++;
                continue;
            }
            // Whoever loses here looks at the place again, for another mark, another holder, or none.
            int marks = (now >= own ? LIMIT : 0) | (now >= other ? COMPARED : 0);
            if (words.compareAndSet(at, state, state | marks)) {
                any = true;
                if ((marks & LIMIT) != 0) {
                    passing.passedLimit();
                }
                if ((marks & COMPARED) != 0) {
                    passing.passedCompared(onCandidate, (int) (who >>> 32), (int) who >>> 1);
                }
            }
        }
        lower(next);
        return any;
    }

    private void lower(long instant) {
        long now = words.get(due);
        while (instant < now && !words.compareAndSet(due, now, instant)) {
            now = words.get(due);
        }
    }

    /** Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
    private static int spread(int number) {
        return (number * 0x9E3779B9) >>> 16;
    }

    /** A call is slower than its limit from the next nanosecond on. */
    private static long passing(long start, long limit) {
        return limit == NEVER ? NEVER : start + limit + 1;
    }

    /** Another holder, nothing marked. */
    private static long next(long state) {
        return (state | MARKS) + 1;
    }
}
