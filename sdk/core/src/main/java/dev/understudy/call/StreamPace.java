package dev.understudy.call;

import dev.understudy.error.Bounds;
import dev.understudy.time.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one streamed attempt as one deadline that moves: until the first content it is the limit on that, or the end
 * of the leg; from then on each piece buys the next one time, up to the end of the whole call. What was kept in reserve for
 * the baseline is no bound any more then: a model that speaks is not silent, and the baseline could not go on where it
 * stopped. Used by the thread that runs the call; whoever reads for it polls the deadline.
 *
 * <p>The floor is a leaky bucket (GCRA): each token is due one interval after the one before, with five seconds of credit.
 */
final class StreamPace {

    private static final long CREDIT_NANOS = 5_000_000_000L;

    private final StreamSettings settings;
    private final Deadline whole;
    private final Deadline deadline;
    private final boolean limited;
    private final long firstTokenBy;

    private long tokens;
    private long silentAt;
    private long slowAt;

    /**
     * Starts when a request is about to be sent.
     *
     * @param settings the limits
     * @param whole the whole call's deadline
     * @param leg the leg's, which holds until the first content
     * @param limited whether the model streams: of another nothing can be said before its end
     * @param nowNanos the reading of the clock
     */
    StreamPace(StreamSettings settings, Deadline whole, Deadline leg, boolean limited, long nowNanos) {
        this.settings = settings;
        this.whole = whole;
        this.limited = limited;
        this.deadline = whole.earlierBy(0);
        this.firstTokenBy = nowNanos + settings.firstToken().toNanos();
        deadline.endAt(limited ? earlier(firstTokenBy, leg.atNanos()) : leg.atNanos());
    }

    /** Returns the bound on the attempt, as it is now. */
    Deadline deadline() {
        return deadline;
    }

    /** Buys time with a piece of content. */
    void content(long nowNanos) {
        tokens++;
        if (!limited) {
            deadline.endAt(whole.atNanos());
            return;
        }
        silentAt = nowNanos + settings.silence().toNanos();
        double floor = settings.minTokensPerSecond();
        long credit = nowNanos + CREDIT_NANOS;
        if (floor == 0) {
            slowAt = silentAt;
        } else if (tokens == 1) {
            slowAt = credit;
        } else {
            slowAt = earlier(slowAt + (long) (1e9 / floor), credit);
        }
        deadline.endAt(earlier(silentAt, slowAt));
    }

    /** Stops the limits while the caller is busy with what it was given; the whole call's deadline goes on. */
    void pause() {
        deadline.endAt(whole.atNanos());
    }

    /** Lets the limits go on. */
    void goOn(long pausedNanos) {
        if (limited) {
            silentAt += pausedNanos;
            slowAt += pausedNanos;
            deadline.endAt(earlier(silentAt, slowAt));
        }
    }

    /** Says which limit passed, as a part of a sentence; null where it was none of these. */
    @Nullable
    String passedLimit() {
        if (!limited || !deadline.isOver() || deadline.isCancelled()) {
            return null;
        }
        long at = deadline.atNanos();
        if (tokens == 0) {
            return at == firstTokenBy ? "said nothing for " + Bounds.spell(settings.firstToken()) : null;
        }
        if (at == silentAt) {
            return "was silent for " + Bounds.spell(settings.silence()) + " after " + tokens + " tokens";
        }
        return at == slowAt ? "was slower than " + settings.minTokensPerSecond() + " tokens per second" : null;
    }

    private static long earlier(long left, long right) {
        return left - right < 0 ? left : right;
    }
}
