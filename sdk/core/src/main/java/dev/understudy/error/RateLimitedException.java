package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The provider asked us to slow down (429); {@link #retryAfter()} says for how long where it is known. */
public final class RateLimitedException extends ChatException {

    private static final long serialVersionUID = 1L;

    RateLimitedException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.RATE_LIMITED, message, origin, cause);
    }
}
