package dev.understudy.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a failure came from and what the upstream said about it. Immutable.
 *
 * @param model the deployment concerned, or null where no model was chosen
 * @param guard which of our own guards refused ({@code queue}, {@code permits}, {@code rate-limit}, {@code breaker} …), or
 *     null where the upstream failed
 * @param status the HTTP status, or 0 where there was none
 * @param requestId the provider's id of the request, or null
 * @param retryAfter how long to wait before the next attempt, as the upstream or the guard said, or null
 * @param shouldRetry what the upstream said about trying again, or null where it said nothing
 */
public record Origin(
        @Nullable String model,
        @Nullable String guard,
        int status,
        @Nullable String requestId,
        @Nullable Duration retryAfter,
        @Nullable Boolean shouldRetry) {

    /** No model, no upstream: the call failed before anything was chosen. */
    public static final Origin NONE = new Origin(null, null, 0, null, null, null);

    /**
     * A failure of a model of which nothing else is known.
     *
     * @param model the deployment
     * @return a new origin
     */
    public static Origin of(String model) {
        return new Origin(model, null, 0, null, null, null);
    }

    /**
     * A refusal by one of our own guards.
     *
     * @param model the deployment that was guarded
     * @param guard the guard's name
     * @param retryAfter how long until it may let calls pass again, or null where that is not known
     * @return a new origin
     */
    public static Origin guard(String model, String guard, @Nullable Duration retryAfter) {
        return new Origin(model, guard, 0, null, retryAfter, null);
    }
}
