package dev.understudy.insight;

import dev.understudy.event.Outcome;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Five seconds in which calls are being counted, and the slices before it that nobody has put away yet. Thread-safe. */
final class LiveSlice {

    static final long MILLIS = 5_000;

    /** Arms of calls that can be compared: those of the baseline, and those of the candidate. */
    static final int BASELINE = 0;

    static final int CANDIDATE = 1;
    /** Added to the arm of a call that was not assigned by chance. */
    static final int BY_CHOICE = 2;

    static final int ARMS = 4;

    /** Which slice, counted from the beginning of 1970. */
    final long index;
    /** When it is over, by the ticker. */
    final long endNanos;
    /** The candidate's share when it began, in per cent: that at the end of the slice before. */
    final double sharePercent;

    volatile @Nullable LiveSlice older;

    /** How the agent's calls ended, for its health; the fourth is not asked for. */
    private final AtomicIntegerArray outcomes = new AtomicIntegerArray(Outcome.values().length);

    private final AtomicReferenceArray<@Nullable LiveArm> arms = new AtomicReferenceArray<>(ARMS);

    LiveSlice(long index, long endNanos, double sharePercent, @Nullable LiveSlice older) {
        this.index = index;
        this.endNanos = endNanos;
        this.sharePercent = sharePercent;
        this.older = older;
    }

    /** Counts an end; false where this slice is over. */
    boolean count(Outcome outcome) {
        return outcomes.getAndIncrement(outcome.ordinal()) >= 0;
    }

    /** Counts no more ends, and returns how many there were. */
    int seal(Outcome outcome) {
        return outcomes.getAndSet(outcome.ordinal(), Integer.MIN_VALUE);
    }

    int peek(Outcome outcome) {
        return outcomes.get(outcome.ordinal());
    }

    LiveArm arm(int which) {
        LiveArm arm = arms.get(which);
        if (arm != null) {
            return arm;
        }
        LiveArm fresh = new LiveArm();
        LiveArm first = arms.compareAndExchange(which, null, fresh);
        return first == null ? fresh : first;
    }

    /** Ends an arm, and returns what it has counted; null where that is nothing. */
    @Nullable
    Tally seal(int which) {
        LiveArm arm = arms.compareAndExchange(which, null, LiveArm.SEALED);
        return arm == null ? null : arm.seal();
    }

    @Nullable
    Tally peek(int which) {
        LiveArm arm = arms.get(which);
        return arm == null ? null : arm.peek();
    }
}
