package dev.understudy.throttle;

import dev.understudy.error.Bounds;
import java.time.Duration;

/**
 * How fast a model may be asked. Immutable.
 *
 * @param permits requests per period; 1 to 1,000,000
 * @param per the period; 1 ms to 1 day
 */
public record RateLimit(int permits, Duration per) {
    /** Checks the bounds. */
    public RateLimit {
        Bounds.check("rate_limit", permits, 1, 1_000_000);
        Bounds.check("rate_limit period", per, Duration.ofMillis(1), Duration.ofDays(1));
    }
}
