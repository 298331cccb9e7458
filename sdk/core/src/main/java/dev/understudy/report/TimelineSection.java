package dev.understudy.report;

import dev.understudy.event.RolloutDecision;
import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Point;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Share, latency and errors over one axis of time, with every decision marked.
 *
 * @param timeline the time to show
 * @param decisions the history, the oldest first
 * @param limit what the guard holds the candidate to, or null
 */
record TimelineSection(
        Timeline timeline,
        List<RolloutDecision> decisions,
        @Nullable Duration limit) {

    void write(Html html) {
        html.open("section", "id", "timeline", "aria-labelledby", "timeline-title");
        html.leaf("h2", "Timeline", "id", "timeline-title");
        if (timeline.points().isEmpty()) {
            html.leaf("p", "No calls were recorded in this time.", "class", "empty")
                    .close();
            return;
        }
        TimeScale time = time();
        html.open("p", "class", "lede");
        html.text(Times.longDate(time.first()) + ", ");
        html.text(Times.clock(time.first()) + " to ");
        if (!Times.date(time.first()).equals(Times.date(time.last()))) {
            html.text(Times.longDate(time.last()) + ", ");
        }
        html.text(Times.clock(time.last()) + " UTC; "
                + Numbers.count(timeline.points().size(), "point") + " of " + Times.length(timeline.width()) + ".");
        html.close();
        charts(html, time);
        new TimelineTable(timeline).write(html);
        html.close();
    }

    private TimeScale time() {
        List<Point> points = timeline.points();
        return new TimeScale(
                Times.seconds(points.get(0).from()),
                Times.seconds(points.get(points.size() - 1).from()) + Times.seconds(timeline.width()));
    }

    private void charts(Html html, TimeScale time) {
        Marks marks = new Marks(decisions, time);
        List<Double> lines = marks.inside();
        html.open("figure", "class", "charts");
        marks.write(html);
        heading(html, "Share on the candidate", "of units");
        new ShareChart(timeline, decisions, time, lines).write(html);
        heading(html, "Latency", "logarithmic");
        legend(html);
        new LatencyChart(timeline, limit, time, lines).write(html);
        heading(html, "Errors", "by the variant that was assigned");
        new ErrorChart(timeline, time, lines).write(html);
        Frame.axis(html, time.ticks(), time.days());
        html.leaf(
                "figcaption",
                decisions.isEmpty()
                        ? "Times are UTC. No decision was made."
                        : "Times are UTC. Numbers and dotted lines are the decisions below; a square took the candidate away.");
        html.close();
    }

    private static void heading(Html html, String title, String unit) {
        html.open("h3").text(title + " ").leaf("small", unit).close();
    }

    private static void legend(Html html) {
        html.open("ul", "class", "legend");
        for (String variant : List.of("baseline", "candidate")) {
            html.open("li");
            sample(html, "sign " + variant, LatencyChart.shape(variant));
            html.text(variant).close();
        }
        for (String quantile : List.of("p50", "p95", "p99")) {
            html.open("li");
            sample(html, "line " + quantile, "M-11 0H11");
            html.text(quantile).close();
        }
        html.close();
    }

    private static void sample(Html html, String kind, String path) {
        html.open(
                "svg",
                "class",
                "sample",
                "width",
                "24",
                "height",
                "12",
                "viewBox",
                "-12 -6 24 12",
                "aria-hidden",
                "true");
        html.empty("path", "class", kind, "d", path);
        html.close();
    }
}
