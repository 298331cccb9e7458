package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** A failure of the model that fits no other class, such as an exception thrown by a custom {@code ChatModel}. */
public final class ModelException extends ChatException {

    private static final long serialVersionUID = 1L;

    ModelException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.OTHER, message, origin, cause);
    }
}
