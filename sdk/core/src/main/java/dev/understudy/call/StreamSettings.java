package dev.understudy.call;

import dev.understudy.error.Bounds;
import java.time.Duration;

/**
 * What a stream must keep to. Immutable.
 *
 * @param firstToken the longest wait for the first content, from sending; 1 ms to 1 h; default 10 s
 * @param silence the longest pause between content; comments, pings and empty deltas do not break it; 1 ms to 1 h; default
 *     10 s
 * @param minTokensPerSecond the floor: whoever is slower for more than five seconds is ended; one delta counts as one token;
 *     0 to 10,000; default 0, which is no floor
 * @param holdBackTokens how many tokens are kept back before the first is handed over, so that faults among them stay
 *     unseen; 0 to 100,000; default 0
 * @param holdBackTime how long after the first token text is kept back; it goes out with the first piece after that time;
 *     zero to 1 min; default zero. Only one of the two may be set
 */
public record StreamSettings(
        Duration firstToken, Duration silence, double minTokensPerSecond, int holdBackTokens, Duration holdBackTime) {

    /** What holds unless the configuration says otherwise. */
    public static final StreamSettings DEFAULT =
            new StreamSettings(Duration.ofSeconds(10), Duration.ofSeconds(10), 0, 0, Duration.ZERO);

    /** Checks the bounds. */
    public StreamSettings {
        Bounds.check("first_token", firstToken, Duration.ofMillis(1), Duration.ofHours(1));
        Bounds.check("silence", silence, Duration.ofMillis(1), Duration.ofHours(1));
        Bounds.check("min_tokens_per_second", minTokensPerSecond, 0, 10_000);
        Bounds.check("hold_back", holdBackTokens, 0, 100_000);
        Bounds.check("hold_back", holdBackTime, Duration.ZERO, Duration.ofMinutes(1));
        if (holdBackTokens > 0 && !holdBackTime.isZero()) {
            throw new IllegalArgumentException("hold_back is a number of tokens or a time, not both");
        }
    }

    /**
     * These settings with other limits.
     *
     * @param untilFirstToken the longest wait for the first content
     * @param betweenTokens the longest pause between content
     * @return new settings
     */
    public StreamSettings withLimits(Duration untilFirstToken, Duration betweenTokens) {
        return new StreamSettings(untilFirstToken, betweenTokens, minTokensPerSecond, holdBackTokens, holdBackTime);
    }

    /**
     * These settings with another floor.
     *
     * @param tokensPerSecond the floor, or 0 for none
     * @return new settings
     */
    public StreamSettings withFloor(double tokensPerSecond) {
        return new StreamSettings(firstToken, silence, tokensPerSecond, holdBackTokens, holdBackTime);
    }

    /**
     * These settings, with the first tokens kept back.
     *
     * @param tokens how many
     * @return new settings
     */
    public StreamSettings holdingBack(int tokens) {
        return new StreamSettings(firstToken, silence, minTokensPerSecond, tokens, Duration.ZERO);
    }

    /**
     * These settings, with the first part kept back.
     *
     * @param time for how long
     * @return new settings
     */
    public StreamSettings holdingBack(Duration time) {
        return new StreamSettings(firstToken, silence, minTokensPerSecond, 0, time);
    }
}
