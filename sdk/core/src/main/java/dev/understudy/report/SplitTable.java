package dev.understudy.report;

import dev.understudy.insight.Comparison.Split;

/**
 * The intended split of units beside the observed one.
 *
 * @param split the figures
 */
record SplitTable(Split split) {

    private static final double ALARM = 1000;

    void write(Html html) {
        html.open("table", "class", "split", "id", "split");
        html.open("caption").leaf("b", "Split of units").text(". " + words()).close();
        html.open("thead", "class", "hidden").open("tr");
        html.leaf("th", "split", "scope", "col").leaf("th", "candidate", "scope", "col");
        html.leaf("th", "picture", "scope", "col").close().close();
        html.open("tbody");
        row(html, "intended", split.units() == 0 ? Double.NaN : split.intendedShare());
        row(html, "observed", split.observedShare());
        html.close().close();
    }

    private String words() {
        if (split.units() == 0) {
            return "No unit was seen.";
        }
        return Numbers.count(split.candidateUnits()) + " of " + Numbers.count(split.units(), "unit")
                + " were on the candidate. Evidence for a wrong split: " + Numbers.wealth(split.logWealth()) + ", "
                + (split.isMismatch() ? "an alarm" : "fine") + " (" + Numbers.decimal(ALARM) + " is an alarm).";
    }

    private static void row(Html html, String name, double share) {
        html.open("tr").leaf("th", name, "scope", "row").leaf("td", Numbers.rate(share));
        html.open("td", "class", "bar");
        html.open("svg", "width", "100%", "height", "12", "aria-hidden", "true");
        html.empty("rect", "class", "track", "y", "1", "width", "100%", "height", "10");
        if (share > 0) {
            html.empty("rect", "class", "fill candidate", "y", "1", "width", Curve.percent(share), "height", "10");
        }
        html.close().close().close();
    }
}
