package dev.understudy.event;

import java.util.Locale;

/** The states of a circuit breaker, in the order of the gauge {@code model.circuit.state}. */
public enum CircuitState {
    /** 0: calls pass. */
    CLOSED,
    /** 1: a probe passes. */
    HALF_OPEN,
    /** 2: calls are refused until the next probe. */
    OPEN,
    /** 3: kept shut after an error that only a person can mend (key, quota, unknown model). */
    LATCHED;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in metrics and health answers.
     *
     * @return the lower-case name
     */
    public String tag() {
        return tag;
    }
}
