package dev.understudy.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of a stream is kept back at first.
 *
 * @param tokens so many tokens, or 0
 * @param time for so long, or zero
 */
record HoldBack(int tokens, Duration time) {

    private static final Pattern TOKENS = Pattern.compile("(\\d{1,6}) tokens?");
    private static final int MOST_TOKENS = 100_000;
    private static final Duration MOST_TIME = Duration.ofMinutes(1);

    /** A number of tokens, or a duration. */
    static Value<HoldBack> value() {
        return Value.scalar("a number of tokens or a duration, for example '20 tokens' or '300ms'", scalar -> {
            String text = scalar.text();
            Matcher tokens = TOKENS.matcher(text);
            if (tokens.matches()) {
                int count = Integer.parseInt(tokens.group(1));
                if (count > MOST_TOKENS) {
                    throw new Refusal(
                            Excerpt.quoted(text) + " is out of bounds; write between 0 and " + MOST_TOKENS + " tokens");
                }
                return new HoldBack(count, Duration.ZERO);
            }
            if (text.chars().allMatch(Character::isDigit)) {
                throw new Refusal(
                        Excerpt.quoted(text) + " has no unit; write for example '" + text + " tokens' or '300ms'");
            }
            return new HoldBack(0, Values.readDuration(text, Duration.ZERO, MOST_TIME));
        });
    }
}
