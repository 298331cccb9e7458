package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The caller cancelled or was interrupted, or the registry was closed. An interrupt flag is kept. */
public final class CancelledException extends ChatException {

    private static final long serialVersionUID = 1L;

    CancelledException(FailureKind kind, String message, Origin origin, @Nullable Throwable cause) {
        super(kind, message, origin, cause);
    }
}
