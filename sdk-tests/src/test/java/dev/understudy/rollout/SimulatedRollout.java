package dev.understudy.rollout;

import java.util.SplittableRandom;

/**
 * One rollout from its beginning.
 *
 * @param calls how many calls come
 * @param users who calls
 * @param baseline how it answers
 * @param candidate how it answers
 * @param outage when neither answers
 */
record SimulatedRollout(int calls, Users users, Arm baseline, Arm candidate, Outage outage) {

    /** Both arms, from one call to another. */
    record Outage(int from, int until) {
        static final Outage NONE = new Outage(0, 0);
    }

    /**
     * What came of it.
     *
     * @param stoppedAfter how many calls of the candidate it took to stop it; -1 if it was not stopped
     * @param suspectedAfter how many it took to hold the ramp; -1 if that did not happen
     * @param afterwards how many calls of the candidate came once it was stopped
     * @param rolledBack whether it was away for good at the end
     * @param everybody whether all users were on it at the end
     */
    record Result(int stoppedAfter, int suspectedAfter, int afterwards, boolean rolledBack, boolean everybody) {}

    SimulatedRollout(int calls, Users users, Arm baseline, Arm candidate) {
        this(calls, users, baseline, candidate, Outage.NONE);
    }

    /** Runs to the end, or until the candidate is away for good. */
    Result run(Subject subject, SplittableRandom random) {
        return new Run(subject, random).toTheEnd();
    }

    private final class Run implements Subject.Upstream {
        private final Subject subject;
        private final SplittableRandom random;
        private int call;
        private int ofCandidate;
        private int stopped = -1;
        private int suspected = -1;
        private int afterwards;

        Run(Subject subject, SplittableRandom random) {
            this.subject = subject;
            this.random = random;
        }

        Result toTheEnd() {
            for (call = 0; call < calls && !subject.rolledBack(); call++) {
                subject.call(users.next(random), this);
                if (stopped < 0 && subject.stopped()) {
                    stopped = ofCandidate;
                }
                if (suspected < 0 && subject.suspects()) {
                    suspected = ofCandidate;
                }
            }
            return new Result(stopped, suspected, afterwards, subject.rolledBack(), subject.everybody());
        }

        @Override
        public double answer(boolean toCandidate) {
            if (toCandidate) {
                ofCandidate++;
                afterwards += stopped >= 0 ? 1 : 0;
            }
            double latency = (toCandidate ? candidate : baseline).call(random, users.badness());
            return call >= outage.from && call < outage.until ? -1_000 : latency;
        }
    }
}
