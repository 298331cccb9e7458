package dev.understudy.throttle;

import dev.understudy.error.Bounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many attempts of an agent may be on the wire at once, and how long others wait. Immutable.
 *
 * @param maxConcurrent attempts at once, for each of the agent's two models; 1 to 100,000; default 10. Where that is learnt, the
 *     most there may ever be
 * @param queue callers that may wait for a permit; 0 refuses at once; at most 100,000; default twice the permits
 * @param maxWait the longest that one waits; zero refuses at once; at most 10 min; default 2 s
 * @param waitShare the part of what is left of the deadline that may be spent waiting; 0 to 1; default 0.25
 * @param adaptive between which bounds the number of attempts at once is learnt, for each of the two models by itself; null, the
 *     default, where it is fixed
 */
public record ThrottleSettings(
        int maxConcurrent,
        int queue,
        Duration maxWait,
        double waitShare,
        @Nullable AdaptiveSettings adaptive) {

    /** What holds unless the configuration says otherwise. */
    public static final ThrottleSettings DEFAULT = of(10);

    /** Checks the bounds. */
    public ThrottleSettings {
        Bounds.check("max_concurrent", maxConcurrent, 1, 100_000);
        Bounds.check("queue", queue, 0, 100_000);
        Bounds.check("max_wait", maxWait, Duration.ZERO, Duration.ofMinutes(10));
        Bounds.check("wait_share", waitShare, 0, 1);
        if (adaptive != null && adaptive.max() != maxConcurrent) {
            throw new IllegalArgumentException(
                    "max_concurrent is the most that is learnt, " + adaptive.max() + ", not " + maxConcurrent);
        }
    }

    /**
     * A fixed number of attempts at once.
     *
     * @param maxConcurrent attempts at once, for each of the agent's two models; 1 to 100,000
     * @param queue callers that may wait for a permit; 0 to 100,000
     * @param maxWait the longest that one waits; at most 10 min
     * @param waitShare the part of what is left of the deadline that may be spent waiting; 0 to 1
     */
    public ThrottleSettings(int maxConcurrent, int queue, Duration maxWait, double waitShare) {
        this(maxConcurrent, queue, maxWait, waitShare, null);
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

    /**
     * Everything by default, and a learnt number of permits. {@code understudy-adaptive} has to be on the class path.
     *
     * @param settings the bounds
     * @return new settings, with a queue of twice the upper bound, but at most 100,000
     */
    public static ThrottleSettings of(AdaptiveSettings settings) {
        int queue = Math.min(2 * settings.max(), 100_000);
        return new ThrottleSettings(settings.max(), queue, DEFAULT.maxWait, DEFAULT.waitShare, settings);
    }
}
