package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/**
 * The agent has spent its budget, and its configuration says that it refuses then; {@link #retryAfter()} says when the next
 * period begins. Nothing was sent, and nothing was spent.
 */
public final class BudgetExceededException extends RefusedException {

    private static final long serialVersionUID = 1L;

    BudgetExceededException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.BUDGET_EXCEEDED, message, origin, cause);
    }
}
