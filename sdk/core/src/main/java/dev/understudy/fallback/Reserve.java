package dev.understudy.fallback;

import dev.understudy.call.RecentLatency;

/**
 * How much of a call's time belongs to the baseline. Without a fixed reserve it is a share of the time-out; once
 * enough of the baseline's calls are known, 1.2 times their p95 where that is more, up to 60 %. What is learnt never makes
 * it less: one call in twenty is slower than the p95, and a rescue that fails is an error that a caller sees.
 */
final class Reserve {

    private static final double OF_P95 = 1.2;
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
        // Negative, and therefore of no consequence, where too little is known.
        long learnt = Math.min(most, (long) (OF_P95 * baseline.p95Nanos()));
        return Math.max(learnt, (long) (settings.reserveShare() * timeoutNanos));
    }
}
