package dev.understudy.report;

import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Point;
import dev.understudy.insight.VariantFigures;
import dev.understudy.rollout.RolloutStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of the page, to be read in ten seconds: what happened, when, and what was done.
 *
 * @param status how the rollout stands
 * @param decisions its history, the oldest first
 * @param comparison the figures of both variants
 * @param timeline how they fared over time
 */
record Story(RolloutStatus status, List<RolloutDecision> decisions, Comparison comparison, Timeline timeline) {

    /** The page's title: "qa_agent: qa-tuned-v1.3 rolled back". */
    String title() {
        String candidate = status.candidate();
        return status.agent() + ": "
                + (candidate == null ? "no candidate" : candidate + " " + Words.phase(status.phase()));
    }

    void write(Html html) {
        html.open("p", "class", "state");
        Words.chip(html, Words.tone(status.phase()), Words.phase(status.phase()))
                .close();
        html.open("h1");
        headline(html);
        html.close();
        html.open("dl", "class", "story");
        RolloutDecision turn = turn();
        if (turn != null) {
            row(html, "What happened");
            html.text(DecisionSection.sentence(turn.reason().words()) + ": ");
            html.leaf("bdi", turn.detail()).close();
            row(html, "When");
            when(html, turn.at());
            html.close();
            row(html, "What was done");
            done(html, turn);
            html.close();
        }
        row(html, "Now").leaf("bdi", status.decides()).close();
        html.close();
    }

    private static Html row(Html html, String name) {
        return html.leaf("dt", name).open("dd");
    }

    /** The decision that the page is about: what took the candidate away, or else the latest. */
    private @Nullable RolloutDecision turn() {
        RolloutDecision latest = decisions.isEmpty() ? null : decisions.get(decisions.size() - 1);
        if (isAway()) {
            for (int i = decisions.size() - 1; i >= 0; i--) {
                RolloutDecision decision = decisions.get(i);
                if (decision.candidate().equals(status.candidate())
                        && decision.sharePercentBefore() > 0
                        && decision.sharePercent() == 0) {
                    return decision;
                }
            }
        }
        return latest;
    }

    private boolean isAway() {
        return status.phase() == RolloutPhase.QUARANTINED || status.phase() == RolloutPhase.ROLLED_BACK;
    }

    private void headline(Html html) {
        String candidate = status.candidate();
        RolloutDecision turn = turn();
        Instant since = turn == null ? status.since() : turn.at();
        if (candidate == null) {
            html.name(status.agent())
                    .text(" has no candidate: ")
                    .name(status.baseline())
                    .text(" serves everybody");
        } else {
            html.name(candidate);
            switch (status.phase()) {
                case ROLLED_BACK -> html.text(" was rolled back at ");
                case QUARANTINED -> html.text(" was taken away at ");
                case OFF -> html.text(" is off since ");
                case HOLD ->
                    html.text(" is held at " + Numbers.share(status.share().percent()) + " since ");
                case RUNNING ->
                    html.text(" serves " + Numbers.share(status.share().percent()) + " of units since ");
                case COMPLETED ->
                    html.text(" has completed its ramp and serves "
                            + Numbers.share(status.share().percent()) + " of units since ");
            }
            Times.write(html, since, Times.at(since, comparison.to()));
            html.text(because(turn));
        }
        html.text(callers() + ".");
    }

    private String because(@Nullable RolloutDecision turn) {
        RolloutReason reason = isAway() && turn != null ? turn.reason() : status.reason();
        if (isAway() && reason == RolloutReason.GUARD && turn != null) {
            GuardEvidence strongest = Words.strongest(turn.evidence());
            return strongest == null || strongest.bad() == 0
                    ? ""
                    : " after " + Words.counted(strongest, turn.candidateSeen());
        }
        return switch (status.phase()) {
            case RUNNING, COMPLETED -> "";
            default -> ": " + reason.words();
        };
    }

    private String callers() {
        if (timeline.points().isEmpty()) {
            return "";
        }
        long seen = callerErrors();
        long ofCandidate = timeline.points().stream()
                .mapToLong(point -> point.candidate().callerErrors())
                .sum();
        String all = "; callers saw " + Numbers.count(seen, "error");
        return seen == 0 ? all : all + ", " + Numbers.count(ofCandidate) + " of them on the candidate";
    }

    private long callerErrors() {
        return timeline.points().stream().mapToLong(ErrorChart::seenByCallers).sum();
    }

    private void when(Html html, Instant at) {
        Times.write(html, at, Times.longDate(at) + ", " + Times.clock(at) + " UTC");
        Duration ago = Duration.between(at, comparison.to());
        if (!ago.isNegative()) {
            html.text(", " + Times.length(Duration.ofSeconds(ago.toSeconds())) + " before this report");
        }
    }

    private void done(Html html, RolloutDecision turn) {
        if (DecisionSection.isOurs(turn.by())) {
            html.text("The " + turn.by());
        } else {
            html.name(turn.by());
        }
        if (turn.sharePercent() == turn.sharePercentBefore()) {
            html.text(" left the share at " + Numbers.share(turn.sharePercent()) + ".");
        } else {
            html.text((turn.sharePercent() < turn.sharePercentBefore() ? " took" : " raised") + " the share from "
                    + Numbers.share(turn.sharePercentBefore()) + " to ");
            html.leaf("b", Numbers.share(turn.sharePercent())).text(".");
        }
        VariantFigures candidate = comparison.candidate();
        if (candidate != null && candidate.fallbacks() > 0) {
            html.text(" The baseline answered " + Numbers.count(candidate.fallbacks(), "call")
                    + " in the candidate's place.");
        }
        if (isAway()) {
            html.text(" Everybody is on ").name(status.baseline()).text(".");
        }
    }

    /** Six numbers below the story. */
    void keyFigures(Html html) {
        html.open("dl", "class", "key");
        figure(html, "share now", Numbers.share(status.share().percent()), ceiling());
        figure(
                html,
                "candidate's calls",
                compact(status.candidateSeen().calls()),
                compact(status.candidateSeen().errors()) + " failed, "
                        + compact(status.candidateSeen().slow()) + " slow");
        if (!timeline.points().isEmpty()) {
            long calls = 0;
            for (Point point : timeline.points()) {
                calls += point.baseline().calls() + point.candidate().calls();
            }
            figure(html, "errors seen by callers", compact(callerErrors()), "of " + compact(calls) + " calls");
        }
        VariantFigures candidate = comparison.candidate();
        figure(
                html,
                "candidate's p95",
                Numbers.millis(candidate == null ? Double.NaN : candidate.p95().value()),
                "baseline " + Numbers.millis(comparison.baseline().p95().value()));
        if (!status.evidence().isEmpty()) {
            double log = new EvidenceSection(status.evidence()).mean(GuardEvidence::logWealth);
            figure(html, "evidence against it", Numbers.wealth(log), "100 takes it away");
        }
        figure(html, "verdict", Words.verdict(comparison.verdict()), "of " + Words.window(comparison));
        html.close();
    }

    private static String compact(long count) {
        return count < 10_000_000 ? Numbers.count(count) : Numbers.compact((double) count);
    }

    private String ceiling() {
        String allowed = "ceiling " + Numbers.share(status.ceiling().percent());
        return isAway() || status.stages().isEmpty()
                ? allowed
                : allowed + ", step "
                        + Math.min(status.step() + 1, status.stages().size()) + " of "
                        + status.stages().size();
    }

    private static void figure(Html html, String name, String value, String note) {
        html.open("div")
                .leaf("dt", name)
                .leaf("dd", value, "class", "value")
                .leaf("dd", note, "class", "note")
                .close();
    }
}
