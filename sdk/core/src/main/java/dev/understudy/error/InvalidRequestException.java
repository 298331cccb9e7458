package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The request itself is wrong; the same request would be refused again, by any model. */
public final class InvalidRequestException extends ChatException {

    private static final long serialVersionUID = 1L;

    InvalidRequestException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.INVALID_REQUEST, message, origin, cause);
    }
}
