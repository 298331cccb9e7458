package dev.understudy.call;

/** Learns how long attempts take. Thread-safe, and cheap enough for every attempt. */
@FunctionalInterface
public interface LatencyRecorder {

    /**
     * Learns of one successful attempt.
     *
     * @param nanos how long it took, in nanoseconds
     */
    void record(long nanos);

    /**
     * Learns of one successful attempt, from somebody who has just read the clock: reading it costs more than learning.
     *
     * @param nanos how long it took, in nanoseconds
     * @param nowNanos the reading of the registry's clock at its end
     */
    default void record(long nanos, long nowNanos) {
        record(nanos);
    }
}
