package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** The model's circuit breaker is open; {@link #retryAfter()} says when it will be probed. */
public final class CircuitOpenException extends RefusedException {

    private static final long serialVersionUID = 1L;

    CircuitOpenException(String message, Origin origin, @Nullable Throwable cause) {
        super(FailureKind.CIRCUIT_OPEN, message, origin, cause);
    }
}
