package dev.understudy.tests.simulation;

import dev.understudy.chat.FinishReason;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;

/**
 * What a model does with one request.
 *
 * @param how in which way
 * @param latencyNanos after which time
 * @param finish of an answer
 * @param failure of a failure that it knows
 * @param origin what it says about that failure
 */
record Act(How how, long latencyNanos, FinishReason finish, FailureKind failure, Origin origin) {

    enum How {
        ANSWER,
        FAIL,
        /** Says nothing until nobody waits any more. */
        SILENCE,
        /** Throws something that the SDK has never heard of. */
        FOREIGN,
        /** Returns null. */
        NOTHING,
        /** Throws an {@link Error}. */
        FATAL
    }

    static Act answer(long latencyNanos, FinishReason finish) {
        return new Act(How.ANSWER, latencyNanos, finish, null, Origin.NONE);
    }

    static Act fail(long latencyNanos, FailureKind kind, Origin origin) {
        return new Act(How.FAIL, latencyNanos, FinishReason.OTHER, kind, origin);
    }

    static Act of(How how, long latencyNanos) {
        return new Act(how, latencyNanos, FinishReason.OTHER, null, Origin.NONE);
    }

    @Override
    public String toString() {
        String what = how == How.FAIL
                ? failure
                        + (origin.retryAfter() == null ? "" : " retry-after " + origin.retryAfter())
                        + (origin.shouldRetry() == null ? "" : " should-retry " + origin.shouldRetry())
                : how == How.ANSWER ? "ANSWER " + finish : how.toString();
        return what + " after " + latencyNanos + " ns";
    }
}
