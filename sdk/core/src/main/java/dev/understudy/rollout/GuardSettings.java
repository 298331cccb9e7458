package dev.understudy.rollout;

import dev.understudy.error.Bounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate may not do. Immutable.
 *
 * @param enabled whether enough evidence takes the candidate away; default true. Without it everything is counted all the same
 * @param p95 the limit: at most 5 % of the candidate's calls may be slower, or fail; 1 ms to 1 h; default none (null)
 * @param maxErrorRate the share of the candidate's calls that may fail; 0.001 to 0.5; default 0.05
 * @param errorIncrease how many more of its calls may fail than of the baseline's, as a share of all calls; 0 to 0.5; default 0
 * @param latencyIncrease how much slower its calls may be than the baseline's, 0.1 for a tenth; 0 to 10; default 0
 */
public record GuardSettings(
        boolean enabled, @Nullable Duration p95, double maxErrorRate, double errorIncrease, double latencyIncrease) {

    /** What holds unless the configuration says otherwise. */
    public static final GuardSettings DEFAULT = new GuardSettings(true, null, 0.05, 0, 0);

    /** Nobody takes the candidate away; everything is counted all the same. */
    public static final GuardSettings OFF = new GuardSettings(false, null, 0.05, 0, 0);

    /** Checks the bounds. */
    public GuardSettings {
        if (p95 != null) {
            Bounds.check("guard.p95", p95, Duration.ofMillis(1), Duration.ofHours(1));
        }
        Bounds.check("guard.max_error_rate", maxErrorRate, 0.001, 0.5);
        Bounds.check("guard.error_increase", errorIncrease, 0, 0.5);
        Bounds.check("guard.latency_increase", latencyIncrease, 0, 10);
    }

    /**
     * The same with another limit on the p95.
     *
     * @param limit the limit, or null for none
     * @return new settings
     */
    public GuardSettings withP95(@Nullable Duration limit) {
        return new GuardSettings(enabled, limit, maxErrorRate, errorIncrease, latencyIncrease);
    }
}
