package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The answer was larger than the cap; it was not read to its end. */
public final class ResponseTooLargeException extends ChatException {

    private static final long serialVersionUID = 1L;

    ResponseTooLargeException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.TOO_LARGE, message, origin, cause);
    }
}
