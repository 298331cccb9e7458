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
}
