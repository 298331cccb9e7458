package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The root of everything the SDK throws. Unchecked; no message ever shows a key, a prompt or an answer. */
public abstract sealed class UnderstudyException extends RuntimeException
        permits ChatException, ConfigurationException, EditRefusedException, StoreException {

    private static final long serialVersionUID = 1L;

    UnderstudyException(String message, @Nullable Throwable cause, boolean writableStackTrace) {
        super(message, cause, true, writableStackTrace);
    }
}
