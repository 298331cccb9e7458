package dev.understudy.chat;

import java.time.Duration;
import java.util.Objects;

/**
 * What a provider said is left of one of its rate limits: of requests, or of tokens. Immutable.
 *
 * @param limit what there is in all, in requests or tokens; 0 where it was not said
 * @param remaining what is left of it; zero or more
 * @param reset how long until all of it is there again; more than zero
 */
public record Quota(long limit, long remaining, Duration reset) {

    /** Checks that it makes sense. */
    public Quota {
        Objects.requireNonNull(reset, "reset");
        if (limit < 0 || remaining < 0 || reset.isNegative() || reset.isZero()) {
            throw new IllegalArgumentException(
                    "A quota counts up from 0 and resets later, not " + limit + ", " + remaining + ", " + reset);
        }
    }
}
