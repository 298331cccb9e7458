package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/**
 * One of our own guards refused the call before anything was sent. {@link #guard()} says which, {@link #retryAfter()} how
 * long it will refuse where that is known. Refusals come in storms and are cheap: they carry no stack trace.
 */
public abstract sealed class RefusedException extends ChatException
        permits OverloadedException, CircuitOpenException, BudgetExceededException {

    private static final long serialVersionUID = 1L;

    RefusedException(FailureKind kind, String message, Origin origin, @Nullable Throwable cause) {
        super(kind, message, origin, cause, false);
    }

    /**
     * Returns which guard refused.
     *
     * @return its name, as in the metric {@code model.rejected}
     */
    public final String guard() {
        String guard = origin().guard();
        return guard == null ? kind().tag() : guard;
    }
}
