package dev.understudy.insight;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * How an agent fared over time: points of equal width without gaps, the oldest first. Immutable.
 *
 * @param agent the agent
 * @param width how much time each point covers
 * @param points the points
 */
public record Timeline(String agent, Duration width, List<Point> points) {

    /**
     * One stretch of time.
     *
     * @param from when it began
     * @param sharePercent the candidate's share at its end, 0 to 100
     * @param baseline the baseline's calls
     * @param candidate the candidate's calls
     */
    public record Point(Instant from, double sharePercent, Arm baseline, Arm candidate) {
        /** Checks that nothing is missing. */
        public Point {
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(baseline, "baseline");
            Objects.requireNonNull(candidate, "candidate");
        }
    }

    /**
     * The calls of one variant in a stretch of time, by intention to treat.
     *
     * @param calls how many
     * @param errors those that failed, whoever answered in the end
     * @param callerErrors those that the caller saw fail
     * @param p50 median latency in milliseconds; not a number without calls
     * @param p95 95th percentile in milliseconds
     * @param p99 99th percentile in milliseconds
     */
    public record Arm(long calls, long errors, long callerErrors, double p50, double p95, double p99) {
        /** No calls. */
        public static final Arm NONE = new Arm(0, 0, 0, Double.NaN, Double.NaN, Double.NaN);
    }

    /** Checks that nothing is missing and copies the points. */
    public Timeline {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(width, "width");
        points = List.copyOf(points);
    }
}
