package dev.understudy.retry;

import dev.understudy.error.Bounds;
import java.time.Duration;

/**
 * How often and how patiently the same model is tried again. Immutable.
 *
 * @param withFallback further attempts on a model when the baseline can still answer afterwards; 0 to 10; default 1
 * @param withoutFallback further attempts on the last model; 0 to 10; default 2
 * @param maxAttempts attempts of one call on all models together; 1 to 20; default 4. With 1 nothing is tried again, and a
 *     fallback still has its attempt
 * @param backoff upper end of the first pause, doubled with each further one; 1 ms to 1 min; default 0.5 s
 * @param maxBackoff upper end of any pause; at least {@code backoff}, at most 10 min; default 8 s
 * @param maxRetryAfter the longest {@code Retry-After} that is waited for; zero never waits; at most 10 min; default 10 s
 */
public record RetrySettings(
        int withFallback,
        int withoutFallback,
        int maxAttempts,
        Duration backoff,
        Duration maxBackoff,
        Duration maxRetryAfter) {

    /** What holds unless the configuration says otherwise. */
    public static final RetrySettings DEFAULT =
            new RetrySettings(1, 2, 4, Duration.ofMillis(500), Duration.ofSeconds(8), Duration.ofSeconds(10));

    /** Checks the bounds. */
    public RetrySettings {
        Bounds.check("retries", withFallback, 0, 10);
        Bounds.check("retries", withoutFallback, 0, 10);
        Bounds.check("max_attempts", maxAttempts, 1, 20);
        Bounds.check("backoff", backoff, Duration.ofMillis(1), Duration.ofMinutes(1));
        Bounds.check("max_backoff", maxBackoff, backoff, Duration.ofMinutes(10));
        Bounds.check("max_retry_after", maxRetryAfter, Duration.ZERO, Duration.ofMinutes(10));
    }
}
