package dev.understudy.report;

import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Arm;
import dev.understudy.insight.Timeline.Point;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Median, 95th and 99th percentile of both variants over time, on a logarithmic axis.
 *
 * @param timeline the time to show
 * @param limit what the guard holds the candidate to, or null
 * @param time the axis
 * @param marks where decisions are marked
 */
record LatencyChart(Timeline timeline, @Nullable Duration limit, TimeScale time, List<Double> marks) {

    private static final int HEIGHT = 220;

    /** How many signs tell the variants apart where colours do not. */
    private static final int SIGNS = 7;

    void write(Html html) {
        LogScale up = scale();
        Frame frame = new Frame("latency", "Latency of both variants", description(), HEIGHT, time, up, marks);
        frame.begin(html);
        if (limit != null) {
            String y = Curve.units(1 - up.at(Times.millis(limit)));
            html.empty("path", "class", "limit", "d", "M0 " + y + "H1000");
        }
        lines(html, "baseline", Point::baseline, up);
        lines(html, "candidate", Point::candidate, up);
        frame.endData(html);
        signs(html, frame, "baseline", Point::baseline, up);
        signs(html, frame, "candidate", Point::candidate, up);
        if (limit != null) {
            double y = frame.down(up.at(Times.millis(limit)));
            html.leaf("text", "limit " + millis(limit), "class", "limit", "x", "4", "y", Frame.pixels(y - 5));
        }
        frame.end(html);
    }

    private LogScale scale() {
        double lowest = Double.POSITIVE_INFINITY;
        double highest = 0;
        for (Point point : timeline.points()) {
            for (Arm arm : new Arm[] {point.baseline(), point.candidate()}) {
                for (double value : new double[] {arm.p50(), arm.p95(), arm.p99()}) {
                    if (Double.isFinite(value)) {
                        lowest = Math.min(lowest, value);
                        highest = Math.max(highest, value);
                    }
                }
            }
        }
        if (limit != null) {
            lowest = Math.min(lowest, Times.millis(limit));
            highest = Math.max(highest, Times.millis(limit));
        }
        return highest > 0 ? LogScale.latency(lowest, highest) : LogScale.latency(100, 1000);
    }

    private static String millis(Duration duration) {
        return Numbers.millis(Times.millis(duration));
    }

    private String description() {
        return "Highest p95 of the baseline " + Numbers.millis(highest(Point::baseline)) + ", of the candidate "
                + Numbers.millis(highest(Point::candidate))
                + (limit == null ? "." : "; the limit is " + millis(limit) + ".");
    }

    private double highest(Function<Point, Arm> variant) {
        return timeline.points().stream()
                .mapToDouble(point -> variant.apply(point).p95())
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
    }

    private void lines(Html html, String variant, Function<Point, Arm> arm, Scale up) {
        line(html, variant + " p99", arm, Arm::p99, up);
        line(html, variant + " p50", arm, Arm::p50, up);
        line(html, variant + " p95", arm, Arm::p95, up);
    }

    private void line(Html html, String kind, Function<Point, Arm> arm, ToDoubleFunction<Arm> quantile, Scale up) {
        Curve curve = new Curve();
        for (Point point : timeline.points()) {
            double value = quantile.applyAsDouble(arm.apply(point));
            if (Double.isFinite(value)) {
                curve.to(middle(point), up.at(value));
            } else {
                curve.gap();
            }
        }
        String path = curve.path();
        if (!path.isEmpty()) {
            html.empty("path", "class", "line " + kind, "d", path);
        }
    }

    private double middle(Point point) {
        return time.at(Times.seconds(point.from()) + Times.seconds(timeline.width()) / 2);
    }

    /** A disc for the baseline, a triangle for the candidate, a few on each line of the 95th percentile. */
    private void signs(Html html, Frame frame, String variant, Function<Point, Arm> arm, Scale up) {
        List<Point> known = new ArrayList<>();
        for (Point point : timeline.points()) {
            if (Double.isFinite(arm.apply(point).p95())) {
                known.add(point);
            }
        }
        double last = -1;
        for (Point point : known) {
            if (middle(point) - last >= 1.0 / SIGNS || point == known.get(known.size() - 1)) {
                last = middle(point);
                sign(
                        html,
                        variant,
                        Curve.percent(last),
                        frame.down(up.at(arm.apply(point).p95())));
            }
        }
    }

    static void sign(Html html, String variant, String x, double y) {
        html.open("svg", "x", x, "y", Frame.pixels(y));
        html.empty("path", "class", "sign " + variant, "d", shape(variant));
        html.close();
    }

    static String shape(String variant) {
        return variant.equals("baseline") ? "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z" : "M-5 4L0-5L5 4z";
    }
}
