package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** There was no permit in time, the queue was full, or a rate limit was reached. */
public final class OverloadedException extends RefusedException {

    private static final long serialVersionUID = 1L;

    OverloadedException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.OVERLOADED, message, origin, cause);
    }
}
