package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The provider answered with an error of its own (408, 409, 425, 5xx, 529). */
public final class UpstreamException extends ChatException {

    private static final long serialVersionUID = 1L;

    UpstreamException(FailureKind kind, String message, Origin origin, @Nullable Throwable cause) {
        super(kind, message, origin, cause);
    }
}
