package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The prompt does not fit the model's context window. */
public final class ContextLengthException extends ChatException {

    private static final long serialVersionUID = 1L;

    ContextLengthException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.CONTEXT_LENGTH, message, origin, cause);
    }
}
