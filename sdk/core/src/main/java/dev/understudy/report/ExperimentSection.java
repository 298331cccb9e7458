package dev.understudy.report;

import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.ExperimentResult.Criterion;
import java.util.List;

/**
 * What the experiment of the configuration asked, and what was seen.
 *
 * @param result how it stands
 */
record ExperimentSection(ExperimentResult result) {

    void write(Html html) {
        html.open("section", "id", "experiment", "aria-labelledby", "experiment-title");
        html.leaf("h2", "Experiment", "id", "experiment-title");
        html.open("p", "class", "lede");
        Words.chip(html, Words.tone(result.answer()), result.answer().name().toLowerCase(java.util.Locale.ROOT));
        html.text(" ").leaf("bdi", result.why()).close();
        if (!result.criteria().isEmpty()) {
            html.open("table", "class", "criteria");
            html.leaf("caption", "The criteria, one by one. All must be met for as long as was asked.");
            html.open("thead").open("tr");
            for (String column : List.of("Criterion", "Wanted", "Seen", "Answer")) {
                html.leaf("th", column, "scope", "col");
            }
            html.close().close().open("tbody");
            for (Criterion criterion : result.criteria()) {
                html.open("tr").leaf("th", criterion.name(), "scope", "row");
                html.leaf("td", criterion.wanted(), "class", "wanted").leaf("td", criterion.seen(), "class", "seen");
                html.open("td", "class", "answer");
                Words.chip(html, Words.tone(criterion.answer()), Words.criterion(criterion.answer()));
                html.close().close();
            }
            html.close().close();
        }
        html.close();
    }
}
