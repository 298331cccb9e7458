package dev.understudy.insight;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How finely a timeline tells what is how long ago. */
enum Resolution {
    /** Half an hour. */
    SECONDS(1, 360),
    /** Six hours. */
    MINUTES(12, 360),
    /** Eight days. */
    TEN_MINUTES(120, 1152);

    private final long slices;
    private final int points;

    Resolution(long slices, int points) {
        this.slices = slices;
        this.points = points;
    }

    /** How many slices of five seconds make a point. */
    long slices() {
        return slices;
    }

    int points() {
        return points;
    }

    Duration width() {
        return Duration.ofMillis(slices * LiveSlice.MILLIS);
    }

    /**
     * Returns the finest one that covers a time.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    static Resolution covering(Duration back) {
        if (back.isNegative() || back.isZero()) {
            throw new IllegalArgumentException("A timeline looks back for more than no time, not " + back);
        }
        for (Resolution resolution : values()) {
            if (back.compareTo(resolution.width().multipliedBy(resolution.points)) <= 0) {
                return resolution;
            }
        }
        return TEN_MINUTES;
    }

    /** Tells the points up to an index, without gaps: where nothing was seen, the share is that of before. */
    Timeline timeline(String agent, Duration back, PointRing known, long last) {
        long millis = width().toMillis();
        long reach = Math.min(points - 1, back.compareTo(Duration.ofDays(365)) > 0 ? points : back.toMillis() / millis);
        long first = Math.max(last - reach, known.oldest());
        List<Timeline.Point> told = new ArrayList<>();
        double share = 0;
        for (long index = first; index <= last; index++) {
            if (known.has(index)) {
                share = known.sharePercent(index);
            }
            told.add(new Timeline.Point(
                    Instant.ofEpochMilli(index * millis),
                    share,
                    known.arm(index, LiveSlice.BASELINE),
                    known.arm(index, LiveSlice.CANDIDATE)));
        }
        return new Timeline(agent, width(), told);
    }
}
