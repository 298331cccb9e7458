package dev.understudy.insight;

import dev.understudy.chat.Variant;
import dev.understudy.evidence.Estimate;
import java.util.List;
import java.util.Objects;

/**
 * What one variant's calls were like in a window, by intention to treat: a call is counted for the variant that it was
 * assigned to, whoever answered. Calls that asked for their variant are not among them. Immutable.
 *
 * @param variant which of the two
 * @param model the model behind it
 * @param units how many different units it served; an estimate with under 2 % error
 * @param calls calls that say something about the variant
 * @param errors calls of the variant that failed; a call of the candidate that the baseline answered is one of them
 * @param errorRate errors of calls, 0 to 1
 * @param fallbacks calls that the baseline answered instead
 * @param p50 the median latency in milliseconds, as the caller saw it
 * @param p95 the 95th percentile in milliseconds
 * @param p99 the 99th percentile in milliseconds
 * @param inputTokens tokens read, of all attempts of these calls
 * @param outputTokens tokens written
 * @param cost what these tokens cost, in the currency of the configuration
 * @param distribution how many calls took how long, by rising latency; empty bins are left out
 */
public record VariantFigures(
        Variant variant,
        String model,
        long units,
        long calls,
        long errors,
        Estimate errorRate,
        long fallbacks,
        Estimate p50,
        Estimate p95,
        Estimate p99,
        long inputTokens,
        long outputTokens,
        double cost,
        List<Bin> distribution) {

    /**
     * Calls of similar latency.
     *
     * @param fromMillis the shortest, inclusive
     * @param toMillis the longest, exclusive
     * @param calls how many
     */
    public record Bin(double fromMillis, double toMillis, long calls) {}

    /** Checks that nothing is missing and copies the distribution. */
    public VariantFigures {
        Objects.requireNonNull(variant, "variant");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(errorRate, "errorRate");
        Objects.requireNonNull(p50, "p50");
        Objects.requireNonNull(p95, "p95");
        Objects.requireNonNull(p99, "p99");
        distribution = List.copyOf(distribution);
    }

    /**
     * Returns which part of the calls the baseline answered instead.
     *
     * @return 0 to 1; 0 where there were no calls
     */
    public double fallbackRate() {
        return calls == 0 ? 0 : (double) fallbacks / calls;
    }
}
