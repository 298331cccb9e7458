package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The model could not be reached, or the connection broke before the whole answer was there. */
public final class TransportException extends ChatException {

    private static final long serialVersionUID = 1L;

    TransportException(FailureKind kind, String message, Origin origin, @Nullable Throwable cause) {
        super(kind, message, origin, cause);
    }
}
