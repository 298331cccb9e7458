package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The provider answered with a redirect, which is never followed: it would carry the key elsewhere. */
public final class UnexpectedRedirectException extends ChatException {

    private static final long serialVersionUID = 1L;

    UnexpectedRedirectException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.REDIRECT, message, origin, cause);
    }
}
