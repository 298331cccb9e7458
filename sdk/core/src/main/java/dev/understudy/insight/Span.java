package dev.understudy.insight;

import java.time.Duration;

/** How far back a comparison looks. */
enum Span {
    FIVE_MINUTES(Duration.ofMinutes(5)),
    HOUR(Duration.ofHours(1)),
    DAY(Duration.ofDays(1)),
    ROLLOUT(Comparison.WHOLE_ROLLOUT);

    private final Duration length;

    Span(Duration length) {
        this.length = length;
    }

    Duration length() {
        return length;
    }

    /**
     * Returns the shortest one that covers a time.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    static Span covering(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("A comparison looks back for more than no time, not " + time);
        }
        for (Span span : values()) {
            if (time.compareTo(span.length) <= 0) {
                return span;
            }
        }
        return ROLLOUT;
    }
}
