package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The provider said 200, but the answer was empty, not JSON, cut short, or without choices. */
public final class MalformedResponseException extends ChatException {

    private static final long serialVersionUID = 1L;

    MalformedResponseException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.MALFORMED, message, origin, cause);
    }
}
