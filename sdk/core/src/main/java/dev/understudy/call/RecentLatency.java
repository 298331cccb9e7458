package dev.understudy.call;

/** How long a model's recent attempts took, for whoever plans with it. Thread-safe and cheap to ask. */
@FunctionalInterface
public interface RecentLatency {

    /** Nothing known. */
    RecentLatency UNKNOWN = () -> -1;

    /**
     * Returns the 95th percentile of recent successful attempts.
     *
     * @return nanoseconds, or a negative number where too few calls are known
     */
    long p95Nanos();
}
