package dev.understudy.rollout;

import dev.understudy.evidence.LimitTest;

/** What the settings mean for one call after the other. Immutable. */
final class Limits {

    /** A limit on the p95 says that at most this share of calls may be slower. */
    private static final double SLOWER_THAN_P95 = 0.05;

    private final GuardSettings settings;
    private final long nanos;
    private final LimitTest slow = new LimitTest(SLOWER_THAN_P95);
    private final LimitTest failed;

    Limits(GuardSettings settings) {
        this.settings = settings;
        this.nanos = settings.p95() == null ? InFlight.NEVER : settings.p95().toNanos();
        this.failed = new LimitTest(settings.maxErrorRate());
    }

    GuardSettings settings() {
        return settings;
    }

    boolean enabled() {
        return settings.enabled();
    }

    boolean hasLimit() {
        return nanos != InFlight.NEVER;
    }

    /** Returns how long a call may take, or {@link InFlight#NEVER}. */
    long nanos() {
        return nanos;
    }

    LimitTest slow() {
        return slow;
    }

    LimitTest failed() {
        return failed;
    }

    /** Returns how long a call may take in comparison with the baseline's p95. */
    long compared(boolean candidate, long p95Nanos) {
        if (p95Nanos == BaselineTrail.UNKNOWN) {
            return InFlight.NEVER;
        }
        return candidate ? (long) (p95Nanos * (1 + settings.latencyIncrease())) : p95Nanos;
    }

    /** Returns by which factor the candidate may raise the odds of an error, given the baseline's rate. */
    double errorOdds(double rate) {
        double increase = settings.errorIncrease();
        if (increase == 0) {
            return 1;
        }
        double allowed = Math.min(rate + increase, 0.999);
        return Math.max(1, allowed / (1 - allowed) * ((1 - rate) / rate));
    }
}
