package dev.understudy.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a model should answer. A request's value comes before its deployment's; what neither sets is left to the provider.
 * Immutable.
 *
 * @param temperature randomness, from 0 to 2, or null
 * @param maxTokens most tokens to generate, at least 1, or null
 * @param topP nucleus sampling, above 0 and at most 1, or null
 * @param stop sequences at which to stop; empty for none
 * @param seed for repeatable answers where the provider can, or null
 */
public record Parameters(
        @Nullable Double temperature,
        @Nullable Integer maxTokens,
        @Nullable Double topP,
        List<String> stop,
        @Nullable Long seed) {

    /** Nothing set. */
    public static final Parameters UNSET = new Parameters(null, null, null, List.of(), null);

    /** Checks the bounds. */
    public Parameters {
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature is between 0 and 2, not " + temperature);
        }
        if (maxTokens != null && maxTokens < 1) {
            throw new IllegalArgumentException("max_tokens is at least 1, not " + maxTokens);
        }
        if (topP != null && !(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p is above 0 and at most 1, not " + topP);
        }
        stop = List.copyOf(stop);
    }

    /**
     * Fills what is not set here from the deployment.
     *
     * @param defaults the deployment's values
     * @return these values, completed
     */
    public Parameters orElse(Parameters defaults) {
        if (this == UNSET) {
            return defaults;
        }
        return new Parameters(
                temperature != null ? temperature : defaults.temperature,
                maxTokens != null ? maxTokens : defaults.maxTokens,
                topP != null ? topP : defaults.topP,
                stop.isEmpty() ? defaults.stop : stop,
                seed != null ? seed : defaults.seed);
    }

    /**
     * These values with another temperature.
     *
     * @param value from 0 to 2
     * @return new parameters
     */
    public Parameters withTemperature(double value) {
        return new Parameters(value, maxTokens, topP, stop, seed);
    }

    /**
     * These values with another token limit.
     *
     * @param value at least 1
     * @return new parameters
     */
    public Parameters withMaxTokens(int value) {
        return new Parameters(temperature, value, topP, stop, seed);
    }

    /**
     * These values with another nucleus.
     *
     * @param value above 0 and at most 1
     * @return new parameters
     */
    public Parameters withTopP(double value) {
        return new Parameters(temperature, maxTokens, value, stop, seed);
    }

    /**
     * These values with other stop sequences.
     *
     * @param value the sequences
     * @return new parameters
     */
    public Parameters withStop(List<String> value) {
        return new Parameters(temperature, maxTokens, topP, value, seed);
    }

    /**
     * These values with another seed.
     *
     * @param value the seed
     * @return new parameters
     */
    public Parameters withSeed(long value) {
        return new Parameters(temperature, maxTokens, topP, stop, value);
    }
}
