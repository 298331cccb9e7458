package dev.understudy.chat;

/**
 * What a model costs, in the currency of the configuration, per million tokens.
 *
 * @param input price of a million prompt tokens; zero or more
 * @param output price of a million generated tokens; zero or more
 */
public record Price(double input, double output) {
    /** Costs nothing. Where nobody has said a price, it stands for that, too: {@link Deployment#hasPrice()} tells. */
    public static final Price FREE = new Price(0, 0);

    /** Checks the bounds. */
    public Price {
        if (!(input >= 0 && input < 1e9 && output >= 0 && output < 1e9)) {
            throw new IllegalArgumentException(
                    "A price is between 0 and 1e9 per million tokens: " + input + ", " + output);
        }
    }

    /**
     * Computes a cost.
     *
     * @param usage the tokens used
     * @return the cost in the same currency
     */
    public double of(Usage usage) {
        return inputOf(usage) + outputOf(usage);
    }

    /**
     * Computes the cost of the prompt alone.
     *
     * @param usage the tokens used
     * @return the cost in the same currency
     */
    public double inputOf(Usage usage) {
        return usage.inputTokens() * input / 1_000_000;
    }

    /**
     * Computes the cost of what was generated.
     *
     * @param usage the tokens used
     * @return the cost in the same currency
     */
    public double outputOf(Usage usage) {
        return usage.outputTokens() * output / 1_000_000;
    }
}
