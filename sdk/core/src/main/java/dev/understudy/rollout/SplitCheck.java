package dev.understudy.rollout;

import dev.understudy.evidence.SampleRatioTest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Are units dealt to the arms as intended? Counts the first exposure of each unit, up to {@link UnitSet#LIMIT} of them in a
 * rollout, by the share that dealt it; the evidence of different shares is multiplied. A unit counts once in a rollout, not
 * once a step: its hash does not change, so that a second exposure at another share would say the same thing again, and a
 * chance excess of the first step would be squared by the second. Where everybody or nobody is on the candidate there is
 * nothing to test, but one unit on the closed arm is an error.
 *
 * <p>In memory only: after a restart every unit is new, and the test begins again. Thread-safe; without locks save when the
 * share changes.
 */
final class SplitCheck {

    /** First exposures by one share. */
    private static final class Step {
        private final int share;
        private final AtomicLong baselines = new AtomicLong();
        private final AtomicLong candidates = new AtomicLong();

        private Step(int share) {
            this.share = share;
        }

        private double logWealth() {
            long onCandidate = candidates.get();
            return SampleRatioTest.logWealth(
                    onCandidate, onCandidate + baselines.get(), (double) share / Buckets.COUNT);
        }
    }

    private final UnitSet units = new UnitSet();
    private final ReentrantLock turning = new ReentrantLock();
    private volatile Step step = new Step(0);
    private volatile boolean leaked;
    private final AtomicLong exposures = new AtomicLong();
    private final AtomicLong candidateExposures = new AtomicLong();
    /** The shares that dealt them, added up: how many should have been on the candidate, times {@link Buckets#COUNT}. */
    private final AtomicLong intended = new AtomicLong();
    /** Evidence of the steps that are over. Under the lock. */
    private double closedLogWealth;

    /** Sees a unit that was dealt by a share. */
    void expose(boolean candidate, int unit, int share) {
        if (share == 0 || share == Buckets.COUNT) {
            if (candidate != (share != 0)) {
                leaked = true;
            }
        } else if (units.add(unit)) {
            Step now = step;
            if (now.share != share) {
                now = turn(share);
            }
            (candidate ? now.candidates : now.baselines).incrementAndGet();
            exposures.incrementAndGet();
            intended.addAndGet(share);
            if (candidate) {
                candidateExposures.incrementAndGet();
            }
        }
    }

    /** Says that another share is in force from now on. */
    void closeStep(int share) {
        turn(share);
    }

    /** Goes on with another share. A call that is late with the old one begins a step of its own, which is as good. */
    private Step turn(int share) {
        turning.lock();
        try {
            Step now = step;
            if (now.share != share) {
                closedLogWealth += now.logWealth();
                now = new Step(share);
                step = now;
            }
            return now;
        } finally {
            turning.unlock();
        }
    }

    double logWealth() {
        turning.lock();
        try {
            return closedLogWealth + step.logWealth();
        } finally {
            turning.unlock();
        }
    }

    boolean leaked() {
        return leaked;
    }

    long exposures() {
        return exposures.get();
    }

    double intendedShare() {
        long all = exposures.get();
        return all == 0 ? 0 : Math.min(1, (double) intended.get() / all / Buckets.COUNT);
    }

    long candidateExposures() {
        return candidateExposures.get();
    }
}
