package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The provider did not accept the key. The model stays shut until a reload or for five minutes. */
public final class AuthenticationException extends ChatException {

    private static final long serialVersionUID = 1L;

    AuthenticationException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.AUTHENTICATION, message, origin, cause);
    }
}
