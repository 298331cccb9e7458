package dev.understudy.report;

import dev.understudy.evidence.Estimate;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.VariantFigures;
import dev.understudy.insight.VariantFigures.Bin;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long the calls of both variants took, one above the other over one logarithmic axis, with the limit.
 *
 * @param comparison the figures
 * @param limit what the guard holds the candidate to, or null
 */
record DistributionChart(Comparison comparison, @Nullable Duration limit) {

    private static final int HEIGHT = 96;

    void write(Html html) {
        VariantFigures baseline = comparison.baseline();
        VariantFigures candidate = comparison.candidate();
        html.open("figure", "class", "charts", "id", "distribution");
        html.open("h3").text("Latency distribution ").leaf("small", "logarithmic; part of each variant's calls");
        html.close();
        if (isEmpty(baseline) && (candidate == null || isEmpty(candidate))) {
            html.leaf("p", "No calls in this time.", "class", "empty").close();
            return;
        }
        LogScale scale = scale();
        Histogram below = Histogram.of(baseline, scale);
        Histogram above = candidate == null ? new Histogram(new double[0], 0) : Histogram.of(candidate, scale);
        double top = Math.max(Math.max(below.highest(), above.highest()), 1e-9);
        if (limit != null) {
            limitLabel(html, scale.at(Times.millis(limit)), "limit " + Numbers.millis(Times.millis(limit)));
        }
        lane(html, baseline, "baseline", below, top, scale);
        if (candidate != null) {
            lane(html, candidate, "candidate", above, top, scale);
        }
        Frame.axis(html, scale.ticks(), List.of());
        html.leaf("figcaption", "The line is the 95th percentile." + (limit == null ? "" : " Dashes are the limit."));
        html.close();
    }

    private static boolean isEmpty(VariantFigures figures) {
        return figures.distribution().stream().noneMatch(bin -> bin.calls() > 0);
    }

    private LogScale scale() {
        double lowest = Double.POSITIVE_INFINITY;
        double highest = 0;
        for (VariantFigures figures : new @Nullable VariantFigures[] {comparison.baseline(), comparison.candidate()}) {
            if (figures != null) {
                for (Bin bin : figures.distribution()) {
                    if (bin.calls() > 0) {
                        lowest = Math.min(lowest, bin.fromMillis());
                        highest = Math.max(highest, bin.toMillis());
                    }
                }
            }
        }
        if (limit != null) {
            lowest = Math.min(lowest, Times.millis(limit));
            highest = Math.max(highest, Times.millis(limit));
        }
        return LogScale.latency(lowest, highest);
    }

    private static void limitLabel(Html html, double at, String label) {
        html.open("div", "class", "plot").open("svg", "class", "axis", "width", "52", "height", "1");
        html.close();
        html.open("svg", "class", "picture", "width", "100%", "height", "16", "aria-hidden", "true");
        String anchor = at < 0.15 ? "start" : at > 0.85 ? "end" : "middle";
        html.leaf("text", label, "class", "limit", "x", Curve.percent(at), "y", "12", "text-anchor", anchor);
        html.close().close();
    }

    private void lane(Html html, VariantFigures figures, String kind, Histogram histogram, double top, LogScale scale) {
        Estimate p95 = figures.p95();
        html.open("p", "class", "lane");
        html.open(
                "svg",
                "class",
                "sample",
                "width",
                "12",
                "height",
                "12",
                "viewBox",
                "-6 -6 12 12",
                "aria-hidden",
                "true");
        html.empty("path", "class", "sign " + kind, "d", LatencyChart.shape(kind))
                .close();
        html.text(kind + " ").name(figures.model()).close();
        Frame frame = new Frame(
                "distribution-" + kind,
                "Latency distribution of the " + kind,
                Numbers.count(figures.calls(), "call") + "; p50 "
                        + Numbers.millis(figures.p50().value()) + ", p95 " + Numbers.millis(p95.value()) + ", p99 "
                        + Numbers.millis(figures.p99().value()) + ".",
                HEIGHT,
                scale,
                new LinearScale(top, 1, Numbers::rate),
                List.of());
        frame.begin(html);
        String outline = histogram.outline(top);
        if (!outline.isEmpty()) {
            html.empty("path", "class", "area line " + kind, "d", outline);
        }
        frame.endData(html);
        if (limit != null) {
            Frame.vertical(html, "limit", scale.at(Times.millis(limit)));
        }
        if (p95.isKnown()) {
            double at = scale.at(p95.value());
            Frame.vertical(html, "quantile " + kind, at);
            String anchor = at > 0.72 ? "end" : "start";
            html.open("svg", "x", Curve.percent(at), "y", "0");
            html.leaf(
                    "text",
                    "p95 " + Numbers.millis(p95.value()),
                    "class",
                    "quantile",
                    "x",
                    at > 0.72 ? "-5" : "5",
                    "y",
                    "17",
                    "text-anchor",
                    anchor);
            html.close();
        }
        frame.end(html);
    }
}
