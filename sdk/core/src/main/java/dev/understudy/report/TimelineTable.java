package dev.understudy.report;

import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Arm;
import dev.understudy.insight.Timeline.Point;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The figures behind the charts, for who cannot see them: at most some dozens of lines, several points to a line where needed.
 *
 * @param timeline the time to show
 */
record TimelineTable(Timeline timeline) {

    private static final int MOST_LINES = 60;

    void write(Html html) {
        List<Point> points = timeline.points();
        int together = Math.max(1, -Math.floorDiv(-points.size(), MOST_LINES));
        html.open("details").leaf("summary", "The charts' figures as a table");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "The charts' figures");
        html.open("table", "class", "figures");
        html.leaf(
                "caption",
                "Each line is " + Times.length(timeline.width().multipliedBy(together))
                        + (together == 1 ? "." : "; its quantiles are the highest of " + together + " points."));
        html.open("thead").open("tr");
        html.leaf("th", "from (UTC)", "scope", "col", "rowspan", "2");
        html.leaf("th", "share", "scope", "col", "rowspan", "2");
        html.leaf("th", "baseline", "scope", "colgroup", "colspan", "6");
        html.leaf("th", "candidate", "scope", "colgroup", "colspan", "6");
        html.close().open("tr");
        for (int variant = 0; variant < 2; variant++) {
            for (String column : List.of("calls", "errors", "seen by callers", "p50", "p95", "p99")) {
                html.leaf("th", column, "scope", "col");
            }
        }
        html.close().close().open("tbody");
        for (int i = 0; i < points.size(); i += together) {
            line(html, points.subList(i, Math.min(i + together, points.size())));
        }
        html.close().close().close().close();
    }

    private static void line(Html html, List<Point> points) {
        html.open("tr").open("th", "scope", "row");
        Times.write(
                html,
                points.get(0).from(),
                Times.date(points.get(0).from()) + " "
                        + Times.clock(points.get(0).from()));
        html.close();
        html.leaf("td", Numbers.share(points.get(points.size() - 1).sharePercent()));
        arm(html, points, Point::baseline);
        arm(html, points, Point::candidate);
        html.close();
    }

    private static void arm(Html html, List<Point> points, Function<Point, Arm> arm) {
        for (ToLongFunction<Arm> count : List.<ToLongFunction<Arm>>of(Arm::calls, Arm::errors, Arm::callerErrors)) {
            html.leaf(
                    "td",
                    Numbers.count(points.stream().map(arm).mapToLong(count).sum()));
        }
        for (ToDoubleFunction<Arm> quantile : List.<ToDoubleFunction<Arm>>of(Arm::p50, Arm::p95, Arm::p99)) {
            double highest = points.stream()
                    .map(arm)
                    .mapToDouble(quantile)
                    .filter(value -> !Double.isNaN(value))
                    .max()
                    .orElse(Double.NaN);
            html.leaf("td", Numbers.millis(highest));
        }
    }
}
