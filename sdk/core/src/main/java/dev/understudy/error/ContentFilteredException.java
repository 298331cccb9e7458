package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The provider's content filter refused the prompt or the answer. */
public final class ContentFilteredException extends ChatException {

    private static final long serialVersionUID = 1L;

    ContentFilteredException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.CONTENT_FILTER, message, origin, cause);
    }
}
