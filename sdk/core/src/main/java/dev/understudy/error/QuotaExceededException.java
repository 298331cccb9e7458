package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The account's quota or credit is used up. The model stays shut until a reload or for five minutes. */
public final class QuotaExceededException extends ChatException {

    private static final long serialVersionUID = 1L;

    QuotaExceededException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.QUOTA, message, origin, cause);
    }
}
