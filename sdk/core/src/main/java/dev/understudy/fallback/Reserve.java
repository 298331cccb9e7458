package dev.understudy.fallback;

import dev.understudy.call.RecentLatency;

/**
 * How much of a call's time belongs to the baseline. Without a fixed reserve it is a share of the time-out, or, once
 * enough of the baseline's calls are known, 1.2 times their p95. What is learnt is never more than 60 %, and never less
 * than 20 %: one call in twenty is slower than the p95, and a rescue that fails is an error that a caller sees.
 */
final class Reserve {

    private static final double OF_P95 = 1.2;
    private static final double LEAST_LEARNT = 0.2;
    private static final double MOST = 0.6;

    private final FallbackSettings settings;
    private final RecentLatency baseline;

    Reserve(FallbackSettings settings, RecentLatency baseline) {
        this.settings = settings;
        this.baseline = baseline;
    }

    /** Returns the baseline's part of {@code timeoutNanos}. */
    long nanos(long timeoutNanos) {
        long most = (long) (MOST * timeoutNanos);
        if (settings.reserve() != null) {
            long fixed = settings.reserve().toNanos();
            // The agent's time-out leaves room for it; a shorter one of the call may not.
            return fixed < timeoutNanos ? fixed : most;
        }
        long p95 = baseline.p95Nanos();
        if (p95 < 0) {
            return (long) (settings.reserveShare() * timeoutNanos);
        }
        return Math.min(most, Math.max((long) (OF_P95 * p95), (long) (LEAST_LEARNT * timeoutNanos)));
    }
}
