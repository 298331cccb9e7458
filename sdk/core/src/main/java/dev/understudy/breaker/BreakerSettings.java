package dev.understudy.breaker;

import dev.understudy.error.Bounds;
import java.time.Duration;

/**
 * When a model's circuit breaker opens, and for how long. Immutable.
 *
 * @param window what is looked back upon; 1 s to 10 min; default 30 s
 * @param minCalls calls in the window before the rate means anything; 1 to 10,000; default 20
 * @param failureRate share of failures that opens it; above 0, at most 1; default 0.5
 * @param consecutiveFailures failures in a row that open it whatever the rate; 1 to 1,000; default 5
 * @param open how long it stays open the first time, doubled with each failed probe; 10 ms to 10 min; default 10 s
 * @param maxOpen the longest it stays open; at least {@code open}, at most 1 h; default 120 s
 * @param latch how long it stays shut after an error that only a person can mend; 1 s to 1 day; default 5 min
 */
public record BreakerSettings(
        Duration window,
        int minCalls,
        double failureRate,
        int consecutiveFailures,
        Duration open,
        Duration maxOpen,
        Duration latch) {

    /** What holds unless the configuration says otherwise. */
    public static final BreakerSettings DEFAULT = new BreakerSettings(
            Duration.ofSeconds(30), 20, 0.5, 5, Duration.ofSeconds(10), Duration.ofSeconds(120), Duration.ofMinutes(5));

    /** Checks the bounds. */
    public BreakerSettings {
        Bounds.check("breaker.window", window, Duration.ofSeconds(1), Duration.ofMinutes(10));
        Bounds.check("breaker.min_calls", minCalls, 1, 10_000);
        Bounds.check("breaker.failure_rate", failureRate, 0.001, 1);
        Bounds.check("breaker.consecutive_failures", consecutiveFailures, 1, 1000);
        Bounds.check("breaker.open", open, Duration.ofMillis(10), Duration.ofMinutes(10));
        Bounds.check("breaker.max_open", maxOpen, open, Duration.ofHours(1));
        Bounds.check("breaker.latch", latch, Duration.ofSeconds(1), Duration.ofDays(1));
    }
}
