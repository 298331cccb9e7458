package dev.understudy.report;

import dev.understudy.evidence.GuardEvidence;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What each guard holds against the candidate, as bars on a logarithmic axis beside the threshold. The mean decides.
 *
 * @param evidence of each guard
 */
record EvidenceSection(List<GuardEvidence> evidence) {

    /** The mean at the configured allowance that takes a candidate away. */
    private static final double ROLLBACK = 100;
    /** The mean without any allowance that stops a ramp. */
    private static final double SUSPICION = 20;

    /** Evidence is shown from 1/100 to at most 10^9; more than that needs no comparison. */
    private static final int LOWEST = -2;

    private static final int HIGHEST = 9;

    void write(Html html) {
        html.open("section", "id", "evidence", "aria-labelledby", "evidence-title");
        html.leaf("h2", "Evidence against the candidate", "id", "evidence-title");
        if (evidence.isEmpty()) {
            html.leaf("p", "No guard has seen anything yet.", "class", "empty").close();
            return;
        }
        LogScale scale = scale();
        html.open("table", "class", "guards");
        html.leaf(
                "caption",
                "1 says nothing, less speaks for the candidate. The bar is evidence beyond the configured allowance, whose mean takes"
                        + " the candidate away at " + Numbers.decimal(ROLLBACK)
                        + "; the dot is evidence for any harm at all, whose mean holds the ramp at "
                        + Numbers.decimal(SUSPICION) + ".");
        head(html, scale);
        html.open("tbody");
        for (GuardEvidence guard : evidence) {
            row(
                    html,
                    DecisionSection.sentence(guard.guard().words()),
                    DecisionSection.seen(guard),
                    guard.logWealth(),
                    guard.logStrictWealth(),
                    scale);
        }
        html.close().open("tfoot");
        row(
                html,
                "Mean of all: decides",
                "",
                mean(GuardEvidence::logWealth),
                mean(GuardEvidence::logStrictWealth),
                scale);
        html.close().close().close();
    }

    double mean(ToDoubleFunction<GuardEvidence> log) {
        double max = evidence.stream().mapToDouble(log).max().orElse(Double.NEGATIVE_INFINITY);
        if (Double.isInfinite(max)) {
            return max;
        }
        double sum = 0;
        for (GuardEvidence guard : evidence) {
            sum += Math.exp(log.applyAsDouble(guard) - max);
        }
        return max + Math.log(sum / evidence.size());
    }

    private LogScale scale() {
        double most = 4;
        for (GuardEvidence guard : evidence) {
            double log10 = Math.max(guard.logWealth(), guard.logStrictWealth()) / Math.log(10);
            most = Math.max(most, Math.ceil(log10));
        }
        return new LogScale(LOWEST, Math.min(most, HIGHEST), Numbers::decimal);
    }

    private static void head(Html html, LogScale scale) {
        html.open("thead").open("tr").leaf("th", "Guard", "scope", "col");
        html.leaf("th", "Seen", "scope", "col").leaf("th", "Evidence", "scope", "col");
        html.open("th", "scope", "col", "class", "bar");
        html.leaf("span", "on a logarithmic axis", "class", "hidden");
        html.open("svg", "width", "100%", "height", "16", "aria-hidden", "true");
        String at = Curve.percent(scale.at(ROLLBACK));
        html.leaf("text", "100", "class", "limit", "x", at, "y", "12", "text-anchor", "middle");
        html.leaf("text", "1", "x", Curve.percent(scale.at(1)), "y", "12", "text-anchor", "middle");
        html.leaf("text", Numbers.decimal(Math.pow(10, scale.high())), "x", "100%", "y", "12", "text-anchor", "end");
        html.close().close().close().close();
    }

    private static void row(Html html, String name, String seen, double log, double strictLog, LogScale scale) {
        html.open("tr").leaf("th", name, "scope", "row").leaf("td", seen, "class", "seen");
        html.leaf("td", Numbers.wealth(log), "class", log >= Math.log(ROLLBACK) ? "wealth over" : "wealth");
        html.open("td", "class", "bar");
        html.open("svg", "width", "100%", "height", "18", "aria-hidden", "true");
        html.empty("rect", "class", "track", "y", "4", "width", "100%", "height", "10");
        double one = scale.atLog(0);
        double here = scale.atLog(log / Math.log(10));
        html.empty(
                "rect",
                "class",
                here > one ? "fill against" : "fill for",
                "x",
                Curve.percent(Math.min(one, here)),
                "y",
                "4",
                "width",
                Curve.percent(Math.abs(here - one)),
                "height",
                "10");
        Frame.vertical(html, "one", one);
        Frame.vertical(html, "limit", scale.at(ROLLBACK));
        html.empty(
                "circle",
                "class",
                "strict",
                "cx",
                Curve.percent(scale.atLog(strictLog / Math.log(10))),
                "cy",
                "9",
                "r",
                "3.5");
        html.close().close().close();
    }
}
