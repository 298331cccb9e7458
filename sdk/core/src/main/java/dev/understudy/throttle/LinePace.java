package dev.understudy.throttle;

/**
 * How fast a line moves, and whether a newcomer can tell already that its turn will come too late. It remembers when the last
 * few stepped out of the line with a permit, and takes that for a renewal process: so many steps are to be expected while the
 * patience lasts, and their number varies with the square of the coefficient of variation of the time between two (D. R. Cox,
 * Renewal Theory, 1962, section 3.3). Belongs to one line, and is guarded by that line's lock.
 *
 * <p><b>When in doubt, wait.</b> A newcomer is hopeless only if both hold. First, its place is beyond what is expected by more
 * than three standard deviations, of which at least a Poisson process's is assumed, and in which the pace itself is as uncertain
 * as the number of steps that it was learnt from makes it. Second, it could not even hope to outstay those ahead of it: who
 * gives up steps aside, too, and with a patience that lasts longer than the last one's a caller may be the only one left. With
 * fewer than {@value #ENOUGH} steps since somebody began to wait, nothing is known, and nobody is hopeless.
 */
final class LinePace {

    /** Steps before anything is said. */
    static final int ENOUGH = 12;

    /** Steps remembered: few enough to forget how it was before the model recovered. */
    private static final int REMEMBERED = 32;

    private static final double DEVIATIONS = 3;

    /** How many steps may be expected after everybody ahead gave up: one in so many such callers would have been served. */
    private static final double MOST_OUTSTAYED = 0.05;

    private final long[] steps = new long[REMEMBERED];
    private long count;

    /** Nobody waits: what comes next says nothing about what comes after a pause. */
    void restart() {
        count = 0;
    }

    /** Somebody left the line with a permit. */
    void stepped(long now) {
        steps[(int) (count++ % REMEMBERED)] = now;
    }

    /**
     * Says whether a newcomer would certainly wait in vain.
     *
     * @param ahead callers in line
     * @param patienceNanos how long the newcomer may wait
     * @param outstaysNanos how much longer that is than the last one in line may wait; below zero if it is shorter
     * @return whether it need not even line up
     */
    boolean isHopeless(int ahead, long patienceNanos, long outstaysNanos) {
        int known = (int) Math.min(count, REMEMBERED);
        if (known < ENOUGH) {
            return false;
        }
        int intervals = known - 1;
        long before = at(count - known);
        double mean = (double) (at(count - 1) - before) / intervals;
        if (mean <= 0) {
            return false; // all at once: nothing to tell a pace by
        }
        double squares = 0;
        for (long step = count - intervals; step < count; step++) {
            double off = at(step) - before - mean;
            squares += off * off;
            before = at(step);
        }
        double dispersion = Math.max(1, squares / intervals / (mean * mean));
        // Of late it may have become faster.
        double latest = (double) (at(count - 1) - at(count - ENOUGH)) / (ENOUGH - 1);
        double expected = patienceNanos / Math.min(mean, latest);
        double most = expected
                + DEVIATIONS * Math.sqrt(dispersion * expected * (1 + expected / (ENOUGH - 1)))
                + DEVIATIONS * DEVIATIONS / 6 * dispersion;
        return ahead + 1 > most && outstaysNanos <= MOST_OUTSTAYED * mean;
    }

    /** Estimates how long a newcomer would probably wait, in nanoseconds; 0 where too little is known. */
    long expectedNanos(int ahead) {
        int known = (int) Math.min(count, REMEMBERED);
        return known < ENOUGH ? 0 : (long) ((ahead + 1) * (double) (at(count - 1) - at(count - known)) / (known - 1));
    }

    private long at(long step) {
        return steps[(int) (step % REMEMBERED)];
    }
}
