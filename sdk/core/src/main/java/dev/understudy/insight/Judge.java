package dev.understudy.insight;

import dev.understudy.error.Bounds;
import dev.understudy.evidence.Estimate;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.evidence.Wealth;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Concludes. In this order: nothing to compare, a wrong split, the guard's evidence, then what the bounds allow to say for the
 * candidate. Stateless.
 */
final class Judge {

    /** What a rollback takes. */
    private static final double LOG_ENOUGH = Math.log(100);
    /** What a suspicion takes. */
    private static final double LOG_SUSPECT = Math.log(20);

    /** What follows, and why. */
    record Conclusion(Verdict verdict, String why) {}

    private Judge() {}

    static Conclusion judge(
            VariantFigures baseline, @Nullable VariantFigures candidate, Findings findings, Limits limits) {
        if (candidate == null) {
            return new Conclusion(Verdict.NO_DATA, "The agent has no candidate to compare");
        }
        Comparison.Split split = findings.split();
        if (split.isMismatch()) {
            return new Conclusion(Verdict.INVALID, mismatch(split));
        }
        String name = "'" + candidate.model() + "'";
        List<GuardEvidence> evidence = findings.evidence();
        if (!evidence.isEmpty() && mean(evidence, false) >= LOG_ENOUGH) {
            return new Conclusion(Verdict.FAIL, name + " fails: " + strongest(evidence, false));
        }
        if (candidate.calls() == 0 || baseline.calls() == 0) {
            VariantFigures silent = candidate.calls() == 0 ? candidate : baseline;
            return new Conclusion(
                    Verdict.NO_DATA,
                    "No call of " + (silent == candidate ? "candidate " : "baseline ") + "'" + silent.model()
                            + "' in this window: there is nothing to compare");
        }
        if (!evidence.isEmpty() && mean(evidence, true) >= LOG_SUSPECT) {
            return new Conclusion(
                    Verdict.INCONCLUSIVE,
                    "Some evidence against " + name + ", too little to condemn it: " + strongest(evidence, true));
        }
        return favourable(name, baseline, candidate, limits);
    }

    private static Conclusion favourable(
            String name, VariantFigures baseline, VariantFigures candidate, Limits limits) {
        Estimate errors = candidate.errorRate();
        Estimate p95 = candidate.p95();
        double longest =
                limits.p95() == null ? baseline.p95().high() : limits.p95().toNanos() / 1e6;
        String longestWords = limits.p95() == null
                ? "the baseline's " + millis(baseline.p95().value())
                : "the limit of " + Bounds.spell(limits.p95());
        String seen = "errors " + percents(errors) + ", p95 " + millis(p95);
        if (errors.low() > limits.errorRate()) {
            return new Conclusion(
                    Verdict.FAIL, name + " fails: " + seen + "; errors may be " + percent(limits.errorRate()));
        }
        if (p95.low() > longest) {
            return new Conclusion(Verdict.FAIL, name + " fails: " + seen + "; p95 is over " + longestWords);
        }
        boolean fewErrors = errors.high() <= limits.errorRate();
        boolean fast = limits.p95() == null ? p95.value() <= longest : p95.high() <= longest;
        if (fewErrors && fast) {
            return new Conclusion(
                    Verdict.PASS,
                    name + " passes after " + candidate.calls() + " calls: " + seen + "; within "
                            + percent(limits.errorRate()) + " errors and " + longestWords);
        }
        return new Conclusion(
                Verdict.INCONCLUSIVE,
                "Too few calls of " + name + " to say, " + candidate.calls() + " so far: " + seen + "; to pass, "
                        + (fewErrors
                                ? "p95 must be within " + longestWords
                                : "errors must be at most " + percent(limits.errorRate()))
                        + " for certain");
    }

    private static String mismatch(Comparison.Split split) {
        if (Double.isInfinite(split.logWealth())) {
            return "A unit was on an arm that was closed: units are not dealt as intended, and nothing can be concluded";
        }
        return split.candidateUnits() + " of " + split.units() + " units were on the candidate, "
                + percent(split.observedShare()) + " where " + percent(split.intendedShare())
                + " were intended: with such a split nothing can be concluded";
    }

    private static double mean(List<GuardEvidence> evidence, boolean strict) {
        return Wealth.logMeanExp(evidence.stream()
                .mapToDouble(one -> strict ? one.logStrictWealth() : one.logWealth())
                .toArray());
    }

    private static String strongest(List<GuardEvidence> evidence, boolean strict) {
        GuardEvidence most = evidence.stream()
                .max(Comparator.comparingDouble(one -> strict ? one.logStrictWealth() : one.logWealth()))
                .orElseThrow();
        double log = mean(evidence, strict);
        return most.guard().words() + ", " + most.bad() + " bad of " + most.total() + "; evidence "
                + (log > 16
                        ? String.format(Locale.ROOT, "%.1e", Math.exp(Math.min(log, 600)))
                        : Math.round(Math.exp(log)))
                + " : 1, where " + (strict ? "20 : 1 is a suspicion" : "100 : 1 suffices");
    }

    static String percent(double rate) {
        return number(rate * 100) + " %";
    }

    static String percents(Estimate rate) {
        return rate.isKnown()
                ? percent(rate.value()) + " (" + number(rate.low() * 100) + " to " + percent(rate.high()) + ")"
                : "unknown";
    }

    static String millis(double value) {
        return number(value) + " ms";
    }

    static String millis(Estimate value) {
        return value.isKnown()
                ? millis(value.value()) + " (" + number(value.low()) + " to "
                        + (Double.isInfinite(value.high()) ? "unknown" : millis(value.high())) + ")"
                : "unknown";
    }

    /** Three digits that matter, as people write them. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size == 0 || size >= 99.95) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, size >= 9.995 ? "%.1f" : "%.2f", value);
    }
}
