package dev.understudy.report;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.evidence.GuardEvidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every decision with what decided it, the oldest first, numbered as in the charts.
 *
 * @param decisions the history, the oldest first
 * @param candidate the candidate that the page is about; a decision about another one says so
 */
record DecisionSection(
        List<RolloutDecision> decisions, @Nullable String candidate) {

    void write(Html html) {
        html.open("section", "id", "decisions", "aria-labelledby", "decisions-title");
        html.leaf("h2", "Decisions", "id", "decisions-title");
        if (decisions.isEmpty()) {
            html.leaf("p", "None was made.", "class", "empty").close();
            return;
        }
        html.open("table", "class", "decisions");
        html.leaf(
                "caption",
                "Each was written down before it took effect. Evidence is a guard's wealth: 1 says nothing, and a mean of 100 takes"
                        + " the candidate away.");
        html.open("thead").open("tr");
        html.open("th", "scope", "col").leaf("abbr", "#", "title", "number").close();
        for (String column : List.of("When (UTC)", "Change", "Why", "Evidence")) {
            html.leaf("th", column, "scope", "col");
        }
        html.close().close().open("tbody");
        for (int i = 0; i < decisions.size(); i++) {
            write(html, i + 1, decisions.get(i));
        }
        html.close().close().close();
    }

    private void write(Html html, int number, RolloutDecision decision) {
        html.open("tr", "id", "decision-" + number);
        html.open("th", "scope", "row");
        html.leaf("span", Integer.toString(number), "class", decision.isRollback() ? "number rollback" : "number");
        html.close();
        html.open("td", "class", "when").open("time", "datetime", decision.at().toString());
        html.leaf("b", Times.clock(decision.at())).text(" ").leaf("small", Times.date(decision.at()));
        html.close().close();
        change(html, decision);
        html.open("td", "class", "why").open("p");
        html.leaf("b", sentence(decision.reason().words())).close();
        html.open("p").leaf("bdi", decision.detail()).close();
        html.open("p", "class", "by").text("by ");
        if (isOurs(decision.by())) {
            html.text("the " + decision.by());
        } else {
            html.name(decision.by());
        }
        if (!decision.candidate().equals(candidate)) {
            html.text(", about ").name(decision.candidate());
        }
        html.close().close();
        evidence(html, decision);
        html.close();
    }

    private static void change(Html html, RolloutDecision decision) {
        html.open("td", "class", "change").open("p");
        html.leaf("span", Words.phase(decision.from()), "class", "from").text(" → ");
        html.leaf("b", Words.phase(decision.to())).close();
        html.open("p");
        html.leaf("span", Numbers.share(decision.sharePercentBefore()), "class", "from")
                .text(" → ");
        html.leaf("b", Numbers.share(decision.sharePercent())).close().close();
    }

    private static void evidence(Html html, RolloutDecision decision) {
        html.open("td", "class", "evidence");
        if (!decision.evidence().isEmpty()) {
            html.open("ul");
            for (GuardEvidence evidence : decision.evidence()) {
                html.open("li").text(evidence.guard().words() + ": ");
                html.leaf("b", Numbers.wealth(evidence.logWealth()));
                html.leaf("small", " (" + seen(evidence) + ")").close();
            }
            html.close();
        }
        counts(html, "candidate", decision.candidateSeen());
        counts(html, "baseline", decision.baseline());
        html.close();
    }

    private static void counts(Html html, String variant, ArmCounts counts) {
        html.leaf(
                "p",
                variant + ": " + Numbers.count(counts.calls(), "call") + ", " + Numbers.count(counts.errors(), "error")
                        + ", " + Numbers.count(counts.slow()) + " slow");
    }

    /** Whether a part of ours decided, and no person. */
    static boolean isOurs(String by) {
        return by.equals("guard") || by.equals("ramp") || by.equals("configuration");
    }

    /** "3 of 812 calls". */
    static String seen(GuardEvidence evidence) {
        return Numbers.count(evidence.bad()) + " of "
                + Numbers.count(evidence.total(), Words.observations(evidence.guard()));
    }

    static String sentence(String words) {
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
