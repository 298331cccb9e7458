package dev.understudy.rollout;

import dev.understudy.evidence.Guard;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the baseline's calls look like after the candidate was taken away, by the limit that fired: if they are bad as well, it
 * was not the candidate's fault. Made by {@link RolloutGuard#watchBaseline}. Thread-safe.
 */
public final class BaselineWatch {

    private final Guard fired;
    private final int enough;
    private final Runnable whenSeen;
    /** Calls in the upper half, bad ones in the lower, so that both are read at once. */
    private final AtomicLong counts = new AtomicLong();

    BaselineWatch(Guard fired, int enough, Runnable whenSeen) {
        this.fired = fired;
        this.enough = enough;
        this.whenSeen = whenSeen;
    }

    Guard fired() {
        return fired;
    }

    /** Counts a call of the baseline that is over; returns whether enough have been counted. */
    boolean count(boolean bad) {
        long before = counts.getAndUpdate(now -> (int) (now >>> 32) < enough ? now + (1L << 32) + (bad ? 1 : 0) : now);
        int seen = (int) (before >>> 32) + 1;
        if (seen == enough) {
            whenSeen.run();
        }
        return seen >= enough;
    }

    /**
     * Returns how many calls were seen.
     *
     * @return at most as many as were asked for
     */
    public int seen() {
        return (int) (counts.get() >>> 32);
    }

    /**
     * Returns how many of them were bad.
     *
     * @return failed, or slow where that is what fired
     */
    public int bad() {
        return (int) counts.get();
    }

    /**
     * Says whether enough were seen.
     *
     * @return whether as many were seen as asked for
     */
    public boolean isOver() {
        return seen() >= enough;
    }
}
