package dev.understudy.rollout;

import dev.understudy.evidence.ChangeTest;
import dev.understudy.evidence.LimitTest;

/** What the settings mean for one call after the other. Immutable. */
final class Limits {

    /** A limit on the p95 says that at most this share of calls may be slower. */
    private static final double SLOWER_THAN_P95 = 0.05;

    /** Of the wealth against a limit, this part is put on the candidate having turned bad at some call. */
    private static final double TURNED = 0.1;

    private final GuardSettings settings;
    private final long nanos;
    private final LimitTest slow = new LimitTest(SLOWER_THAN_P95);
    private final LimitTest failed;
    private final ChangeTest turnedSlow = new ChangeTest(SLOWER_THAN_P95);
    private final ChangeTest turnedFailing;

    Limits(GuardSettings settings) {
        this.settings = settings;
        this.nanos = settings.p95() == null ? InFlight.NEVER : settings.p95().toNanos();
        this.failed = new LimitTest(settings.maxErrorRate());
        this.turnedFailing = new ChangeTest(settings.maxErrorRate());
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

    /** Returns the evidence against a limit: the mean, with these weights, of two that were begun together. */
    static double mix(double logAllAlong, double logTurned) {
        double max = Math.max(logAllAlong, logTurned);
        return max + Math.log((1 - TURNED) * Math.exp(logAllAlong - max) + TURNED * Math.exp(logTurned - max));
    }

    ChangeTest turnedSlow() {
        return turnedSlow;
    }

    ChangeTest turnedFailing() {
        return turnedFailing;
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
