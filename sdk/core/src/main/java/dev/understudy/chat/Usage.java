package dev.understudy.chat;

/**
 * The tokens of one or more attempts.
 *
 * @param inputTokens tokens of the prompt; zero or more
 * @param outputTokens tokens generated; zero or more
 */
public record Usage(long inputTokens, long outputTokens) {
    /** Nothing used, or nothing known. */
    public static final Usage NONE = new Usage(0, 0);

    /** Checks the bounds. */
    public Usage {
        if (inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("Tokens cannot be negative: " + inputTokens + ", " + outputTokens);
        }
    }

    /**
     * Adds up. Sums that are too large for a number stay as large as one can be.
     *
     * @param other what else was used
     * @return both together
     */
    public Usage plus(Usage other) {
        return new Usage(sum(inputTokens, other.inputTokens), sum(outputTokens, other.outputTokens));
    }

    private static long sum(long one, long another) {
        long sum = one + another;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /**
     * Returns input and output together.
     *
     * @return the sum
     */
    public long totalTokens() {
        return inputTokens + outputTokens;
    }
}
