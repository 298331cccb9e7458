package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/**
 * A stream ended before the answer did: the connection was closed as if all were well, but a choice had no finish reason and
 * no {@code [DONE]} had come. What had come is {@link #partialText()}; it is never taken for a short answer.
 */
public final class IncompleteStreamException extends ChatException {

    private static final long serialVersionUID = 1L;

    IncompleteStreamException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.INCOMPLETE, message, origin, cause);
    }
}
