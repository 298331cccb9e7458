package dev.understudy.report;

import dev.understudy.evidence.Estimate;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.VariantFigures;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Both variants beside each other: distribution, figures with bounds, and whether units were split as intended.
 *
 * @param comparison the figures
 * @param limit what the guard holds the candidate to, or null
 */
record ComparisonSection(Comparison comparison, @Nullable Duration limit) {

    void write(Html html) {
        html.open("section", "id", "comparison", "aria-labelledby", "comparison-title");
        html.leaf("h2", "Comparison", "id", "comparison-title");
        html.open("p", "class", "lede");
        Words.chip(html, Words.tone(comparison.verdict()), Words.verdict(comparison.verdict()));
        html.text(" ").leaf("bdi", comparison.why()).close();
        html.open("div", "class", "columns");
        html.open("div");
        new DistributionChart(comparison, limit).write(html);
        new SplitTable(comparison.split()).write(html);
        html.close();
        figures(html);
        html.close().close();
    }

    private void figures(Html html) {
        VariantFigures candidate = comparison.candidate();
        html.open("table", "class", "comparison");
        html.leaf(
                "caption",
                "Calls by the variant that was assigned, whoever answered; "
                        + Words.window(comparison) + " until " + Times.clock(comparison.to())
                        + " UTC. Bounds hold at 95 %, however often one looks.");
        html.open("thead").open("tr").leaf("td", "");
        head(html, "baseline", comparison.baseline());
        if (candidate != null) {
            head(html, "candidate", candidate);
            html.leaf("th", "change", "scope", "col", "class", "change");
        }
        html.close().close().open("tbody");
        count(html, "units", VariantFigures::units);
        count(html, "calls", VariantFigures::calls);
        count(html, "errors", VariantFigures::errors);
        estimate(html, "error rate", VariantFigures::errorRate, true);
        row(html, "fallbacks", f -> Numbers.count(f.fallbacks()), f -> Numbers.rate(f.fallbackRate()), null);
        estimate(html, "p50", VariantFigures::p50, false);
        estimate(html, "p95", VariantFigures::p95, false);
        estimate(html, "p99", VariantFigures::p99, false);
        count(html, "input tokens", VariantFigures::inputTokens);
        count(html, "output tokens", VariantFigures::outputTokens);
        row(html, "cost", f -> Numbers.decimal(f.cost()), f -> "", null);
        row(
                html,
                "cost of 1\u202F000 calls",
                f -> Numbers.decimal(f.calls() == 0 ? Double.NaN : f.cost() / f.calls() * 1000),
                f -> "",
                f -> f.calls() == 0 ? Double.NaN : f.cost() / f.calls());
        html.close().close();
    }

    private static void head(Html html, String variant, VariantFigures figures) {
        html.open("th", "scope", "col", "class", variant);
        html.text(variant + " ").open("small").name(figures.model()).close().close();
    }

    private void count(Html html, String name, Function<VariantFigures, Long> count) {
        row(html, name, f -> Numbers.count(count.apply(f)), f -> "", null);
    }

    private void estimate(Html html, String name, Function<VariantFigures, Estimate> estimate, boolean rate) {
        row(
                html,
                name,
                f -> rate
                        ? Numbers.rate(estimate.apply(f).value())
                        : Numbers.millis(estimate.apply(f).value()),
                f -> rate ? Numbers.rateBounds(estimate.apply(f)) : Numbers.millisBounds(estimate.apply(f)),
                f -> estimate.apply(f).value());
    }

    private void row(
            Html html,
            String name,
            Function<VariantFigures, String> value,
            Function<VariantFigures, String> bounds,
            @Nullable Function<VariantFigures, Double> compared) {
        VariantFigures baseline = comparison.baseline();
        VariantFigures candidate = comparison.candidate();
        html.open("tr").leaf("th", name, "scope", "row");
        cell(html, value.apply(baseline), bounds.apply(baseline));
        if (candidate != null) {
            cell(html, value.apply(candidate), bounds.apply(candidate));
            html.leaf(
                    "td",
                    compared == null ? "" : Numbers.change(compared.apply(baseline), compared.apply(candidate)),
                    "class",
                    "change");
        }
        html.close();
    }

    private static void cell(Html html, String value, String bounds) {
        html.open("td").text(value);
        if (!bounds.isEmpty()) {
            html.text(" ").leaf("small", bounds);
        }
        html.close();
    }
}
