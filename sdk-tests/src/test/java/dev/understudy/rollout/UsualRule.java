package dev.understudy.rollout;

/** What is usually done: rules that were made to be looked at once, at a share that nobody changes. */
abstract class UsualRule implements Subject {

    private final Buckets buckets;
    private final int share;
    private boolean rolledBack;

    UsualRule(String salt, int share) {
        this.buckets = new Buckets(salt);
        this.share = share;
    }

    /** A call is over; says whether the candidate goes. */
    abstract boolean tells(boolean candidate, boolean failed);

    @Override
    public void call(int user, Upstream upstream) {
        boolean candidate = buckets.of(Users.unit(user)) < share;
        rolledBack |= tells(candidate, upstream.answer(candidate) < 0);
    }

    @Override
    public boolean stopped() {
        return rolledBack;
    }

    @Override
    public boolean rolledBack() {
        return rolledBack;
    }

    @Override
    public boolean suspects() {
        return rolledBack;
    }

    /** A two-proportion z test at 1 %, one-sided, looked at every 100 calls. */
    static final class Test extends UsualRule {
        private final long[] calls = new long[2];
        private final long[] errors = new long[2];

        Test(String salt, int share) {
            super(salt, share);
        }

        @Override
        boolean tells(boolean candidate, boolean failed) {
            int arm = candidate ? 1 : 0;
            calls[arm]++;
            errors[arm] += failed ? 1 : 0;
            long all = calls[0] + calls[1];
            if (all % 100 != 0 || calls[0] == 0 || calls[1] == 0) {
                return false;
            }
            double pooled = (double) (errors[0] + errors[1]) / all;
            double deviation = Math.sqrt(pooled * (1 - pooled) * (1.0 / calls[0] + 1.0 / calls[1]));
            return (double) errors[1] / calls[1] - (double) errors[0] / calls[0] > 2.3263478740408408 * deviation;
        }
    }

    /** More than 5 errors in the candidate's latest 100 calls. */
    static final class Window extends UsualRule {
        private final boolean[] latest = new boolean[100];
        private int calls;
        private int errors;

        Window(String salt, int share) {
            super(salt, share);
        }

        @Override
        boolean tells(boolean candidate, boolean failed) {
            if (candidate) {
                int at = calls++ % latest.length;
                errors += (failed ? 1 : 0) - (latest[at] ? 1 : 0);
                latest[at] = failed;
            }
            return calls >= latest.length && errors > 5;
        }
    }
}
