package dev.understudy.breaker;

import dev.understudy.error.FailureKind;

/**
 * Leave to send one request, and the duty to say what became of it. Once the stay that gave it is over, nothing that is
 * said changes anything.
 */
interface Permission {

    /** The upstream answered. */
    void succeeded();

    /** The upstream answered, says somebody who has just read the clock: reading it costs more than counting. */
    default void succeeded(long nowNanos) {
        succeeded();
    }

    /**
     * The upstream did not.
     *
     * @param kind what happened; its {@linkplain FailureKind#blame() blame} decides whether it counts
     */
    void failed(FailureKind kind);

    /** Gives back what is held; to be called last, whatever happened. */
    void release();
}
