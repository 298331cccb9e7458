package dev.understudy.throttle;

import org.jspecify.annotations.Nullable;

/** One call's place in the lines of both paces: reserved in both, for the instant at which both let it go. */
final class Turn {

    private final @Nullable Pace rate;
    private final @Nullable Pace budget;
    private final long tokens;
    private Pace.@Nullable Slot request;
    private Pace.@Nullable Slot share;

    /** When it is; where nothing could be reserved, when it might have been. */
    long at;

    /**
     * Has no place yet.
     *
     * @param rate the pace of requests, or null
     * @param budget the pace of tokens, or null
     * @param tokens what it takes of the latter
     */
    Turn(@Nullable Pace rate, @Nullable Pace budget, long tokens) {
        this.rate = rate;
        this.budget = budget;
        this.tokens = tokens;
    }

    /** Reserves the next instant that is not before one and not after another; else nothing. */
    boolean reserve(long notBefore, long notAfter) {
        at = notBefore;
        if (rate != null && !reserveRequest(rate, notAfter)) {
            return false;
        }
        if (budget == null) {
            return true;
        }
        long turn = at;
        at = budget.next(tokens, turn);
        share = budget.reserve(tokens, turn, notAfter);
        if (share == null) {
            giveBack();
            return false;
        }
        at = share.at();
        if (rate == null || request == null || at == turn) {
            return true;
        }
        // The tokens come later: a request's turn then, not one of now that is saved up.
        rate.giveBack(request);
        if (reserveRequest(rate, notAfter)) {
            return true;
        }
        giveBack();
        return false;
    }

    private boolean reserveRequest(Pace pace, long notAfter) {
        long from = at;
        at = pace.next(1, from);
        request = pace.reserve(1, from, notAfter);
        if (request != null) {
            at = request.at();
        }
        return request != null;
    }

    /** Takes back what was reserved. */
    void giveBack() {
        if (rate != null && request != null) {
            rate.giveBack(request);
        }
        if (budget != null && share != null) {
            budget.giveBack(share);
        }
    }
}
