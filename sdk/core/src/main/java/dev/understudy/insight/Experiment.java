package dev.understudy.insight;

import dev.understudy.error.Bounds;
import dev.understudy.evidence.ConfidenceSequence;
import dev.understudy.evidence.Estimate;
import dev.understudy.insight.ExperimentResult.Answer;
import dev.understudy.insight.ExperimentResult.Criterion;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers an experiment: each criterion by bounds that hold at every look, so that it may be looked at every minute and stopped at
 * any. Stateless.
 */
final class Experiment {

    /** Two rates are compared: both bounds hold together with 95 %. */
    private static final ConfidenceSequence HALF = new ConfidenceSequence(0.025);

    private static final ConfidenceSequence BOUNDS = new ConfidenceSequence(0.05);

    private Experiment() {}

    static ExperimentResult answer(
            String agent, @Nullable ExperimentSettings settings, Rollup rollup, Comparison.Split split, Instant now) {
        if (settings == null) {
            return new ExperimentResult(
                    agent, Answer.CONTINUE, "No experiment is configured; write rollout.experiment", List.of());
        }
        List<Criterion> criteria = new ArrayList<>();
        if (settings.p95() != null) {
            criteria.add(p95(settings.p95(), rollup.candidate()));
        }
        if (settings.errorIncrease() != null) {
            criteria.add(errors(settings.errorIncrease(), rollup));
        }
        if (settings.split() != null) {
            criteria.add(split(settings.split(), settings.tolerance(), rollup, split));
        }
        criteria.add(calls(settings, rollup, LocalDate.ofInstant(now, ZoneOffset.UTC)));
        criteria.add(days(settings, rollup, now));
        return conclude(agent, criteria);
    }

    private static ExperimentResult conclude(String agent, List<Criterion> criteria) {
        for (Criterion criterion : criteria) {
            if (criterion.answer() == Answer.REJECT) {
                return new ExperimentResult(
                        agent,
                        Answer.REJECT,
                        criterion.name() + ": " + criterion.wanted() + " was asked, seen is " + criterion.seen(),
                        criteria);
            }
        }
        List<String> open = criteria.stream()
                .filter(criterion -> criterion.answer() == Answer.CONTINUE)
                .map(criterion -> criterion.name() + " (" + criterion.seen() + ")")
                .toList();
        return open.isEmpty()
                ? new ExperimentResult(agent, Answer.ACCEPT, "All " + criteria.size() + " criteria are met", criteria)
                : new ExperimentResult(agent, Answer.CONTINUE, "Still open: " + String.join(", ", open), criteria);
    }

    private static Criterion p95(Duration wanted, Tally candidate) {
        Estimate seen = Figures.quantile(0.95, candidate.latencies);
        double most = wanted.toNanos() / 1e6;
        Answer answer = !seen.isKnown()
                ? Answer.CONTINUE
                : seen.low() > most ? Answer.REJECT : seen.high() <= most ? Answer.ACCEPT : Answer.CONTINUE;
        return new Criterion(
                "p95 of the candidate",
                "at most " + Bounds.spell(wanted),
                seen.isKnown() ? Judge.millis(seen) : "no call yet",
                answer);
    }

    private static Criterion errors(double wanted, Rollup rollup) {
        String name = "error-rate increase over the baseline";
        String most = "at most " + points(wanted);
        if (rollup.baseline().calls() == 0 || rollup.candidate().calls() == 0) {
            return new Criterion(name, most, "no call of one of the two yet", Answer.CONTINUE);
        }
        Estimate base = HALF.rate(rollup.baseline().errors(), rollup.baseline().calls());
        Estimate tried =
                HALF.rate(rollup.candidate().errors(), rollup.candidate().calls());
        double low = tried.low() - base.high();
        double high = tried.high() - base.low();
        return new Criterion(
                name,
                most,
                points(tried.value() - base.value()) + " (" + Judge.number(low * 100) + " to "
                        + Judge.number(high * 100) + "), " + Judge.percent(tried.value()) + " against "
                        + Judge.percent(base.value()),
                low > wanted ? Answer.REJECT : high <= wanted ? Answer.ACCEPT : Answer.CONTINUE);
    }

    private static String points(double rate) {
        return Judge.number(rate * 100) + (rate == 0.01 ? " point" : " points");
    }

    private static Criterion split(double wanted, double tolerance, Rollup rollup, Comparison.Split first) {
        // First exposures where they are counted; else whoever was seen, by estimate.
        long onCandidate = first.units() > 0
                ? first.candidateUnits()
                : rollup.candidate().units.estimate();
        long all = first.units() > 0
                ? first.units()
                : onCandidate + rollup.baseline().units.estimate();
        String name = "share of units on the candidate";
        String asked = Judge.percent(wanted) + ", give or take " + Judge.percent(tolerance);
        if (all == 0) {
            return new Criterion(name, asked, "no unit yet", Answer.CONTINUE);
        }
        Estimate seen = BOUNDS.rate(onCandidate, all);
        boolean wrong = first.isMismatch() || seen.low() > wanted + tolerance || seen.high() < wanted - tolerance;
        boolean right = Math.abs(seen.value() - wanted) <= tolerance;
        return new Criterion(
                name,
                asked,
                Judge.percent(seen.value()) + " of " + count(all) + " units"
                        + (first.isMismatch() ? ", which chance does not explain" : ""),
                wrong ? Answer.REJECT : right ? Answer.ACCEPT : Answer.CONTINUE);
    }

    private static Criterion calls(ExperimentSettings settings, Rollup rollup, LocalDate today) {
        LocalDate leastDay = null;
        long least = Long.MAX_VALUE;
        long current = 0;
        for (Map.Entry<LocalDate, Rollup.DayCalls> day : rollup.days().entrySet()) {
            long calls = day.getValue().least();
            if (day.getKey().equals(today)) {
                current = calls;
            } else if (calls < least) {
                least = calls;
                leastDay = day.getKey();
            }
        }
        String asked = "at least " + count(settings.minCallsPerDay());
        String seen = leastDay == null
                ? count(current) + " today so far"
                : "at the least " + count(least) + " on " + leastDay + ", " + count(current) + " today so far";
        boolean enough = leastDay != null && least >= settings.minCallsPerDay();
        boolean enoughDays = rollup.daysOf(settings.minCallsPerDay()) >= settings.days();
        return new Criterion(
                "calls of each variant a day", asked, seen, enough || enoughDays ? Answer.ACCEPT : Answer.CONTINUE);
    }

    private static Criterion days(ExperimentSettings settings, Rollup rollup, Instant now) {
        long seen = rollup.daysOf(settings.minCallsPerDay());
        long lasted = Duration.between(rollup.since(), now).toDays();
        return new Criterion(
                "days with enough calls",
                settings.days() + " (UTC)",
                seen + ", the first call " + lasted + (lasted == 1 ? " day ago" : " days ago"),
                seen >= settings.days() && lasted >= settings.days() ? Answer.ACCEPT : Answer.CONTINUE);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
