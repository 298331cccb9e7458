package dev.understudy.insight;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate is held against when its calls are compared.
 *
 * @param p95 the longest that its 95th percentile may be, or null where only the baseline's counts
 * @param errorRate which part of its calls may fail; above 0, below 1; default 5 %
 */
public record Limits(@Nullable Duration p95, double errorRate) {

    /** What holds unless the configuration says otherwise. */
    public static final Limits DEFAULT = new Limits(null, 0.05);

    /** Checks the bounds. */
    public Limits {
        if (p95 != null && (p95.isNegative() || p95.isZero())) {
            throw new IllegalArgumentException("A limit of latency is more than 0, not " + p95);
        }
        if (!(errorRate > 0 && errorRate < 1)) {
            throw new IllegalArgumentException("A limit of errors is above 0 and below 1, not " + errorRate);
        }
    }
}
