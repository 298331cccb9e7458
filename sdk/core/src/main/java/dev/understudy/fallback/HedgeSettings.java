package dev.understudy.fallback;

import dev.understudy.error.Bounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the baseline is asked besides a candidate that is late, and how often. Immutable. Hedged requests are from Jeffrey Dean
 * and Luiz André Barroso, "The Tail at Scale", Communications of the ACM 56(2), 2013.
 *
 * @param after how long the candidate may be silent before; 1 ms to 1 h; null, the default, means as long as 95 of 100 of its
 *     recent answers took (of a stream: until they began), and nothing is hedged while too few are known
 * @param budget the most hedges in proportion to the agent's calls on its candidate; 0.001 to 1; default 0.05
 */
public record HedgeSettings(@Nullable Duration after, double budget) {

    /** What holds where hedging is on, unless the configuration says otherwise. */
    public static final HedgeSettings DEFAULT = new HedgeSettings(null, 0.05);

    /** The shortest fixed time. */
    public static final Duration MIN_AFTER = Duration.ofMillis(1);

    /** The longest fixed time. */
    public static final Duration MAX_AFTER = Duration.ofHours(1);

    /** The smallest budget: one call in a thousand. */
    public static final double MIN_BUDGET = 0.001;

    /** The least that {@code max_attempts} must be: one for the candidate, one for the hedge, one for who stands in. */
    public static final int LEAST_ATTEMPTS = 3;

    /** Checks the bounds. */
    public HedgeSettings {
        if (after != null) {
            Bounds.check("hedge after", after, MIN_AFTER, MAX_AFTER);
        }
        Bounds.check("hedge budget", budget, MIN_BUDGET, 1);
    }

    /**
     * The usual budget, and a fixed time.
     *
     * @param after how long the candidate may be silent before; 1 ms to 1 h
     * @return new settings
     */
    public static HedgeSettings after(Duration after) {
        return new HedgeSettings(after, DEFAULT.budget);
    }
}
