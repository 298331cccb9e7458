package dev.understudy.throttle;

import dev.understudy.error.Bounds;
import java.time.Duration;

/**
 * How many tokens a model may be asked for, prompt and answer together. Immutable.
 *
 * @param tokens tokens per period; 1 to 1,000,000,000
 * @param per the period; 1 ms to 1 day
 */
public record TokenLimit(long tokens, Duration per) {
    /** Checks the bounds. */
    public TokenLimit {
        Bounds.check("token_limit", tokens, 1, 1_000_000_000);
        Bounds.check("token_limit period", per, Duration.ofMillis(1), Duration.ofDays(1));
    }
}
