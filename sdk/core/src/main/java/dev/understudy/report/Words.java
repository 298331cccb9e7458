package dev.understudy.report;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutPhase;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.ExperimentResult.Answer;
import dev.understudy.insight.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The words and tones of what is otherwise a constant. A tone is a shape and a colour; its word stands beside it. */
final class Words {

    private Words() {}

    static String phase(RolloutPhase phase) {
        return switch (phase) {
            case OFF -> "off";
            case RUNNING -> "running";
            case HOLD -> "on hold";
            case QUARANTINED -> "quarantined";
            case ROLLED_BACK -> "rolled back";
            case COMPLETED -> "completed";
        };
    }

    static String tone(RolloutPhase phase) {
        return switch (phase) {
            case OFF -> "calm";
            case RUNNING -> "go";
            case HOLD -> "wait";
            case QUARANTINED, ROLLED_BACK -> "bad";
            case COMPLETED -> "good";
        };
    }

    static String verdict(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** "the last 1 h", "the whole rollout". */
    static String window(Comparison comparison) {
        return comparison.window().equals(Comparison.WHOLE_ROLLOUT)
                ? "the whole rollout"
                : "the last " + Times.length(comparison.window());
    }

    static String tone(Verdict verdict) {
        return switch (verdict) {
            case PASS -> "good";
            case FAIL -> "bad";
            case INCONCLUSIVE, NO_DATA -> "calm";
            case INVALID -> "wait";
        };
    }

    static String tone(Answer answer) {
        return switch (answer) {
            case ACCEPT -> "good";
            case REJECT -> "bad";
            case CONTINUE -> "calm";
        };
    }

    static String criterion(Answer answer) {
        return switch (answer) {
            case ACCEPT -> "met";
            case REJECT -> "failed";
            case CONTINUE -> "open";
        };
    }

    /**
     * What spoke most against the candidate: "3 bad calls", "failed calls of 12 units". Where a guard counts units, and each of
     * them had one such call, it is calls as well.
     */
    static String counted(GuardEvidence evidence, ArmCounts candidate) {
        boolean callEach = evidence.bad() == Math.max(candidate.errors(), candidate.slow());
        String units = Numbers.count(evidence.bad(), "unit");
        return switch (evidence.guard()) {
            case LATENCY_LIMIT -> Numbers.count(evidence.bad(), "bad call");
            case ERROR_CAP -> Numbers.count(evidence.bad(), "failed call");
            case ERROR_INCREASE -> callEach ? Numbers.count(evidence.bad(), "bad call") : "failed calls of " + units;
            case LATENCY_INCREASE -> callEach ? Numbers.count(evidence.bad(), "bad call") : "slow calls of " + units;
        };
    }

    static String observations(Guard guard) {
        return switch (guard) {
            case LATENCY_LIMIT, ERROR_CAP -> "call";
            case ERROR_INCREASE, LATENCY_INCREASE -> "affected unit";
        };
    }

    static @Nullable GuardEvidence strongest(List<GuardEvidence> evidence) {
        return evidence.stream()
                .max(Comparator.comparingDouble(GuardEvidence::logWealth))
                .orElse(null);
    }

    /** The word of a tone with its shape: {@code <span class="chip bad">rolled back</span>}. */
    static Html chip(Html html, String tone, String word) {
        html.open("span", "class", "chip " + tone);
        html.open("svg", "width", "10", "height", "10", "viewBox", "-5 -5 10 10", "aria-hidden", "true");
        html.empty(
                "path",
                "d",
                switch (tone) {
                    case "good" -> "M-4 0L-1 3L4-3";
                    case "bad" -> "M-3.5-3.5L3.5 3.5M3.5-3.5L-3.5 3.5";
                    case "wait" -> "M-2-4V4M2-4V4";
                    case "go" -> "M-3-4L4 0L-3 4Z";
                    default -> "M-4 0H4";
                });
        return html.close().text(word).close();
    }
}
