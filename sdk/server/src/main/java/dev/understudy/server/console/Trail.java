package dev.understudy.server.console;

import dev.understudy.ModelRegistry;
import dev.understudy.event.RolloutDecision;
import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Arm;
import dev.understudy.insight.Timeline.Point;
import dev.understudy.rollout.RolloutStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A timeline as columns of numbers, and the decisions that fall into it: what a chart is drawn of.
 *
 * @param timeline the points
 * @param decisions the history, the oldest first
 */
record Trail(Timeline timeline, List<RolloutDecision> decisions) {

    /** What the rows show. */
    static final Duration HOUR = Duration.ofHours(1);

    /** As long as there are points of five seconds. */
    private static final Duration FINE = Duration.ofMinutes(30);

    /**
     * Looks back: in points of five seconds as long as nothing older is known.
     *
     * @param back how far, as in {@link ModelRegistry#timeline}
     */
    static Trail of(ModelRegistry registry, RolloutStatus status, Duration back) {
        Timeline timeline = registry.timeline(status.agent(), back);
        if (back.compareTo(HOUR) <= 0 && covers(timeline).compareTo(FINE) < 0) {
            timeline = registry.timeline(status.agent(), FINE.compareTo(back) < 0 ? FINE : back);
        }
        return new Trail(timeline, status.decisions());
    }

    private static Duration covers(Timeline timeline) {
        return timeline.width().multipliedBy(timeline.points().size());
    }

    /** The same with at most so many points: of those that become one, the largest figures are told, and the last share. */
    Trail inAtMost(int most) {
        List<Point> points = timeline.points();
        int together = (points.size() + most - 1) / Math.max(1, most);
        if (together <= 1) {
            return this;
        }
        List<Point> fewer = new ArrayList<>();
        for (int i = 0; i < points.size(); i += together) {
            List<Point> group = points.subList(i, Math.min(points.size(), i + together));
            fewer.add(new Point(
                    group.get(0).from(),
                    group.get(group.size() - 1).sharePercent(),
                    sum(group, Point::baseline),
                    sum(group, Point::candidate)));
        }
        return new Trail(new Timeline(timeline.agent(), timeline.width().multipliedBy(together), fewer), decisions);
    }

    private static Arm sum(List<Point> group, Function<Point, Arm> variant) {
        List<Arm> arms = group.stream().map(variant).toList();
        return new Arm(
                sum(arms, Arm::calls),
                sum(arms, Arm::errors),
                sum(arms, Arm::callerErrors),
                largest(arms, Arm::p50),
                largest(arms, Arm::p95),
                largest(arms, Arm::p99));
    }

    private static long sum(List<Arm> arms, ToLongFunction<Arm> count) {
        return arms.stream().mapToLong(count).sum();
    }

    private static double largest(List<Arm> arms, ToDoubleFunction<Arm> millis) {
        return arms.stream().mapToDouble(millis).filter(Double::isFinite).max().orElse(Double.NaN);
    }

    Map<String, @Nullable Object> tree() {
        List<Point> points = timeline.points();
        Instant from = points.isEmpty() ? Instant.EPOCH : points.get(0).from();
        return new Tree()
                .put("from", from)
                .put("seconds", timeline.width().toSeconds())
                .put(
                        "share",
                        points.stream()
                                .map(Point::sharePercent)
                                .map(Tree::rounded)
                                .toList())
                .put("baseline", columns(Point::baseline))
                .put("candidate", columns(Point::candidate))
                .put("marks", marks(from))
                .map();
    }

    private Map<String, @Nullable Object> columns(Function<Point, Arm> variant) {
        List<Arm> arms = timeline.points().stream().map(variant).toList();
        return new Tree()
                .put("calls", arms.stream().map(Arm::calls).toList())
                .put("errors", arms.stream().map(Arm::errors).toList())
                .put("callerErrors", arms.stream().map(Arm::callerErrors).toList())
                .put("p50", millis(arms, Arm::p50))
                .put("p95", millis(arms, Arm::p95))
                .put("p99", millis(arms, Arm::p99))
                .map();
    }

    private static List<@Nullable Double> millis(List<Arm> arms, ToDoubleFunction<Arm> quantile) {
        List<@Nullable Double> column = new ArrayList<>(arms.size());
        for (Arm arm : arms) {
            column.add(Tree.rounded(quantile.applyAsDouble(arm)));
        }
        return column;
    }

    /** Numbered as in the list of all decisions, the oldest 1. */
    private List<Map<String, @Nullable Object>> marks(Instant from) {
        List<Map<String, @Nullable Object>> marks = new ArrayList<>();
        for (int i = 0; i < decisions.size(); i++) {
            RolloutDecision decision = decisions.get(i);
            if (!decision.at().isBefore(from)) {
                marks.add(new Tree()
                        .put("number", i + 1)
                        .put("at", decision.at())
                        .put("rollback", decision.isRollback())
                        .put("before", decision.sharePercentBefore())
                        .put("after", decision.sharePercent())
                        .map());
            }
        }
        return marks;
    }
}
