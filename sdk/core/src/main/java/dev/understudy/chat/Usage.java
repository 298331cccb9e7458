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
     * Returns input and output together.
     *
     * @return the sum
     */
    public long totalTokens() {
        return inputTokens + outputTokens;
    }
}
