package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The model was silent until its time was over; nothing that arrived later was used. */
public final class ModelTimeoutException extends ChatException {

    private static final long serialVersionUID = 1L;

    ModelTimeoutException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.TIMEOUT, message, origin, cause);
    }
}
