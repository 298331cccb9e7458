package dev.understudy.report;

import dev.understudy.event.RolloutDecision;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.rollout.RolloutStatus;
import java.util.Comparator;
import java.util.List;

/** The whole page: what the browser may do with it, the story, then the parts in the order in which one asks for them. */
final class Page {

    private final RolloutReport report;
    private final List<RolloutDecision> decisions;

    Page(RolloutReport report) {
        this.report = report;
        this.decisions = report.status().decisions().stream()
                .sorted(Comparator.comparing(RolloutDecision::at))
                .toList();
    }

    String html() {
        RolloutStatus status = report.status();
        Story story = new Story(status, decisions, report.comparison(), report.timeline());
        Html html = new Html();
        html.open("html", "lang", "en");
        head(html, story);
        html.open("body");
        header(html, story);
        html.open("main");
        new TimelineSection(report.timeline(), decisions, report.latencyLimit()).write(html);
        new DecisionSection(decisions, status.candidate()).write(html);
        new ComparisonSection(report.comparison(), report.latencyLimit()).write(html);
        new EvidenceSection(evidence()).write(html);
        if (report.experiment() != null) {
            new ExperimentSection(report.experiment()).write(html);
        }
        html.close();
        footer(html);
        return html.close().close().toString();
    }

    private static void head(Html html, Story story) {
        StyleSheet style = StyleSheet.INSTANCE;
        html.open("head");
        html.empty("meta", "charset", "utf-8");
        html.empty(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; style-src '" + style.digest() + "'; base-uri 'none'; form-action 'none'");
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty("meta", "name", "color-scheme", "content", "light dark");
        html.empty("meta", "name", "referrer", "content", "no-referrer");
        html.empty("meta", "name", "robots", "content", "noindex");
        html.leaf("title", story.title());
        html.style(style.css()).close();
    }

    private void header(Html html, Story story) {
        RolloutStatus status = report.status();
        html.open("header").open("p", "class", "top");
        html.open("span")
                .leaf("b", "Rollout report ")
                .name(status.agent())
                .text(": ")
                .name(status.baseline());
        if (status.candidate() != null) {
            html.text(" → ").name(status.candidate());
        }
        html.close().text(" ");
        html.open("span").text("as of ");
        Times.write(
                html,
                report.comparison().to(),
                Times.date(report.comparison().to()) + ", "
                        + Times.clock(report.comparison().to()) + " UTC");
        html.close().close();
        story.write(html);
        story.keyFigures(html);
        html.close();
    }

    private List<GuardEvidence> evidence() {
        List<GuardEvidence> current = report.status().evidence();
        return current.isEmpty() ? report.comparison().evidence() : current;
    }

    private static void footer(Html html) {
        html.open("footer").open("p");
        html.text(
                "All times are UTC (+00:00). A call counts for the variant that it was assigned to, whoever answered it: one that"
                        + " the baseline answered in the candidate's place is an error of the candidate and no error to the caller.");
        html.close();
        html.leaf("p", "Written by Understudy. This page loads nothing and runs no script.")
                .close();
    }
}
