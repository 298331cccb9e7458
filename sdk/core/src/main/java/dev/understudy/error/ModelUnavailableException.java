package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The provider does not know the model, or does not let this key use it. */
public final class ModelUnavailableException extends ChatException {

    private static final long serialVersionUID = 1L;

    ModelUnavailableException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.MODEL_UNAVAILABLE, message, origin, cause);
    }
}
