package dev.understudy.fallback;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many hedges an agent's baseline has to bear: a part of the calls on the candidate, never more. A token bucket (as {@code
 * retryThrottling} of gRPC, proposal A6): each such call puts in a part of a token, a hedge takes one. It begins empty, so that
 * the part is never exceeded, and holds ten, so that a quiet hour saves up no storm. Thread-safe, lock-free, allocates nothing.
 */
public final class HedgeBudget {

    private static final long TOKEN = 1_000_000;
    private static final long FULL = 10 * TOKEN;

    private final AtomicLong level = new AtomicLong();

    /** Begins empty. */
    public HedgeBudget() {}

    /**
     * Returns what is left, for gauges.
     *
     * @return hedges that could be sent at once, 0 to 10; a part of one is not one
     */
    public double available() {
        return (double) level.get() / TOKEN;
    }

    /** Notes a call that may be hedged. */
    void deposit(double share) {
        long part = Math.round(share * TOKEN);
        long seen = level.get();
        while (seen < FULL && !level.compareAndSet(seen, Math.min(FULL, seen + part))) {
            seen = level.get();
        }
    }

    /** Takes a hedge, if there is one. */
    boolean tryWithdraw() {
        long seen = level.get();
        while (seen >= TOKEN) {
            if (level.compareAndSet(seen, seen - TOKEN)) {
                return true;
            }
            seen = level.get();
        }
        return false;
    }

    /** Puts a hedge back that was never sent. */
    void giveBack() {
        deposit(1);
    }
}
