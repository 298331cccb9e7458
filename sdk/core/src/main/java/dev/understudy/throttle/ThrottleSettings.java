package dev.understudy.throttle;

import dev.understudy.error.Bounds;
import java.time.Duration;

/**
 * How many attempts of an agent may be on the wire at once, and how long others wait. Immutable.
 *
 * @param maxConcurrent attempts at once, for each of the agent's two models; 1 to 100,000; default 10
 * @param queue callers that may wait for a permit; 0 refuses at once; at most 100,000; default twice the permits
 * @param maxWait the longest that one waits; zero refuses at once; at most 10 min; default 2 s
 * @param waitShare the part of what is left of the deadline that may be spent waiting; 0 to 1; default 0.25
 */
public record ThrottleSettings(int maxConcurrent, int queue, Duration maxWait, double waitShare) {

    /** What holds unless the configuration says otherwise. */
    public static final ThrottleSettings DEFAULT = of(10);

    /** Checks the bounds. */
    public ThrottleSettings {
        Bounds.check("max_concurrent", maxConcurrent, 1, 100_000);
        Bounds.check("queue", queue, 0, 100_000);
        Bounds.check("max_wait", maxWait, Duration.ZERO, Duration.ofMinutes(10));
        Bounds.check("wait_share", waitShare, 0, 1);
    }

    /**
     * Everything by default but the permits, and with them the queue.
     *
     * @param maxConcurrent attempts at once, for each of the agent's two models; 1 to 50,000
     * @return new settings
     */
    public static ThrottleSettings of(int maxConcurrent) {
        return new ThrottleSettings(maxConcurrent, 2 * maxConcurrent, Duration.ofSeconds(2), 0.25);
    }
}
