package dev.understudy.insight;

/**
 * How an agent's calls of the last minute ended. Calls that say nothing about the service are not among them: cancelled
 * ones, those that the caller got wrong, and those that asked for a variant.
 *
 * @param successes answered by the assigned model, or from its cache
 * @param degraded answered by the understudy
 * @param errors not answered
 */
public record RecentOutcomes(long successes, long degraded, long errors) {

    /** No calls. */
    public static final RecentOutcomes NONE = new RecentOutcomes(0, 0, 0);

    /** Checks the bounds. */
    public RecentOutcomes {
        if (successes < 0 || degraded < 0 || errors < 0) {
            throw new IllegalArgumentException(
                    "Counts cannot be negative: " + successes + ", " + degraded + ", " + errors);
        }
    }

    /**
     * Returns how many calls there were.
     *
     * @return the sum
     */
    public long calls() {
        return successes + degraded + errors;
    }

    /**
     * Returns which part of the calls was answered by the understudy.
     *
     * @return 0 to 1; 0 where there were no calls
     */
    public double degradedRate() {
        return rate(degraded);
    }

    /**
     * Returns which part of the calls was not answered.
     *
     * @return 0 to 1; 0 where there were no calls
     */
    public double errorRate() {
        return rate(errors);
    }

    private double rate(long part) {
        return part == 0 ? 0 : (double) part / calls();
    }
}
