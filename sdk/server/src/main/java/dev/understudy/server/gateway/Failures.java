package dev.understudy.server.gateway;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.RefusedException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a failed call in OpenAI's format. The caller's own mistakes are 4xx; that a model of ours did not answer as
 * it should is 502, even where it told us 401 or 404: neither the caller's key nor its request is wrong.
 */
final class Failures {

    /** For a guard of ours that cannot say how long it will refuse. Not all come back in the same moment. */
    private static final int SOON_FROM_MILLIS = 500;

    private static final int SOON_TO_MILLIS = 1_500;

    private Failures() {}

    /** Messages of these exceptions show neither keys nor prompts nor answers. */
    static ApiError of(ChatException failure) {
        FailureKind kind = failure.kind();
        String message = String.valueOf(failure.getMessage());
        return switch (kind) {
            case INVALID_REQUEST -> ApiError.wrong(400, kind.tag(), null, message);
            case CONTEXT_LENGTH -> ApiError.wrong(400, "context_length_exceeded", "messages", message);
            case CONTENT_FILTER -> ApiError.wrong(400, "content_filter", "messages", message);
            case OVERLOADED -> ApiError.failed(429, ApiError.RATE_LIMIT, kind.tag(), message, wait(failure));
            case RATE_LIMITED ->
                ApiError.failed(429, ApiError.RATE_LIMIT, "rate_limit_exceeded", message, wait(failure));
            case QUOTA, BUDGET_EXCEEDED ->
                ApiError.failed(
                        429,
                        ApiError.QUOTA,
                        ApiError.QUOTA,
                        message,
                        failure.retryAfter().orElse(null));
            case CIRCUIT_OPEN, CANCELLED -> ApiError.failed(503, ApiError.SERVER, kind.tag(), message, wait(failure));
            case TIMEOUT -> ApiError.failed(504, ApiError.SERVER, kind.tag(), message, null);
            case OTHER -> ApiError.failed(500, ApiError.SERVER, kind.tag(), message, null);
            default -> ApiError.failed(502, ApiError.SERVER, kind.tag(), message, null);
        };
    }

    private static @Nullable Duration wait(ChatException failure) {
        return failure.retryAfter().orElseGet(() -> failure instanceof RefusedException ? soon() : null);
    }

    static Duration soon() {
        return Duration.ofMillis(ThreadLocalRandom.current().nextInt(SOON_FROM_MILLIS, SOON_TO_MILLIS));
    }
}
