package dev.understudy.cli;

import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.evidence.Estimate;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.StoredInsight;
import dev.understudy.insight.VariantFigures;
import dev.understudy.insight.Verdict;
import dev.understudy.store.RolloutStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code compare}: candidate and baseline beside each other. */
@Command(
        name = "compare",
        description =
                "Shows candidate and baseline beside each other, as running applications have written it down, and what"
                        + " follows from it. The exit code is 1 where the candidate fails or the split is wrong.")
final class CompareCommand extends FileCommand {

    @Parameters(paramLabel = "FILE", description = "The configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--agent", paramLabel = "A", description = "Only this agent; else all that have a candidate.")
    private @Nullable String agent;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            defaultValue = "1h",
            converter = Window.class,
            description = "How far back: 5m, 1h, 24h, or rollout for all of it; default: ${DEFAULT-VALUE}.")
    private Duration window = Duration.ofHours(1);

    @Override
    Path file() {
        return file;
    }

    @Override
    public Integer call() {
        Configuration configuration = configuration();
        RolloutStore store = StoredRollout.store(configuration, file);
        boolean bad = false;
        boolean first = true;
        for (AgentSettings settings : candidates(configuration, agent)) {
            StoredInsight insight = WrittenInsight.read(store, settings.name());
            Comparison comparison = insight.compare(window);
            ExperimentResult experiment =
                    settings.experiment() == null ? null : insight.experiment(settings.experiment());
            if (json) {
                out().println(json(comparison).put("experiment", experiment == null ? null : json(experiment)));
            } else {
                out().print(first ? "" : System.lineSeparator());
                print(comparison);
                if (experiment != null) {
                    print(experiment);
                }
            }
            first = false;
            bad |= comparison.verdict() == Verdict.FAIL || comparison.verdict() == Verdict.INVALID;
        }
        return bad ? Understudy.NO : Understudy.OK;
    }

    // For people

    private void print(Comparison comparison) {
        VariantFigures baseline = comparison.baseline();
        VariantFigures candidate = comparison.candidate();
        out().println(comparison.agent() + ", " + Window.spell(asked(comparison)) + ": "
                + RolloutShowCommand.time(comparison.from()) + " to " + RolloutShowCommand.time(comparison.to()));
        out().println();
        Table table = new Table("", ">BASELINE", ">CANDIDATE");
        row(table, "model", baseline, candidate, VariantFigures::model);
        row(table, "units", baseline, candidate, arm -> String.valueOf(arm.units()));
        row(table, "calls", baseline, candidate, arm -> String.valueOf(arm.calls()));
        row(table, "errors", baseline, candidate, arm -> String.valueOf(arm.errors()));
        row(table, "error rate", baseline, candidate, arm -> rate(arm.errorRate()));
        row(table, "answered by the baseline", baseline, candidate, arm -> percent(arm.fallbackRate()));
        row(table, "p50", baseline, candidate, arm -> millis(arm.p50()));
        row(table, "p95", baseline, candidate, arm -> millis(arm.p95()));
        row(table, "p99", baseline, candidate, arm -> millis(arm.p99()));
        row(table, "tokens read", baseline, candidate, arm -> String.valueOf(arm.inputTokens()));
        row(table, "tokens written", baseline, candidate, arm -> String.valueOf(arm.outputTokens()));
        row(table, "cost", baseline, candidate, arm -> number("%.4f", arm.cost()));
        out().print(table);
        Comparison.Split split = comparison.split();
        if (split.units() > 0) {
            out().println();
            out().println(percent(split.observedShare()) + " of " + split.units() + " units on the candidate, "
                    + percent(split.intendedShare()) + " intended"
                    + (split.isMismatch() ? ": the split is not the intended one" : ""));
        }
        if (!comparison.evidence().isEmpty()) {
            Table evidence = RolloutShowCommand.table(comparison.evidence());
            out().println();
            out().print(evidence);
        }
        out().println();
        Table.wrap(comparison.verdict() + ": " + comparison.why(), Table.WIDTH).forEach(out()::println);
    }

    private void print(ExperimentResult experiment) {
        Table table = new Table("CRITERION", "WANTED", "SEEN", "ANSWER");
        for (ExperimentResult.Criterion criterion : experiment.criteria()) {
            table.row(criterion.name(), criterion.wanted(), criterion.seen(), criterion.answer());
        }
        out().println();
        out().print(table);
        out().println();
        Table.wrap("Experiment: " + experiment.answer() + ": " + experiment.why(), Table.WIDTH)
                .forEach(out()::println);
    }

    /** The whole rollout lasted for some time, but that is not what was asked. */
    private Duration asked(Comparison comparison) {
        return window.equals(Comparison.WHOLE_ROLLOUT) ? window : comparison.window();
    }

    private static void row(
            Table table,
            String name,
            VariantFigures baseline,
            @Nullable VariantFigures candidate,
            Function<VariantFigures, String> figure) {
        table.row(name, figure.apply(baseline), candidate == null ? "-" : figure.apply(candidate));
    }

    private static String rate(Estimate rate) {
        return rate.isKnown()
                ? percent(rate.value()) + " (" + percent(rate.low()) + " to " + percent(rate.high()) + ")"
                : "-";
    }

    private static String percent(double fraction) {
        return Double.isNaN(fraction) ? "-" : number("%.2f", fraction * 100) + "%";
    }

    private static String millis(Estimate time) {
        return time.isKnown()
                ? whole(time.value()) + " ms (" + whole(time.low()) + " to " + whole(time.high()) + ")"
                : "-";
    }

    private static String whole(double millis) {
        return Double.isInfinite(millis) ? "?" : number("%.0f", millis);
    }

    private static String number(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }

    // For programs

    private Json json(Comparison comparison) {
        boolean rollout = window.equals(Comparison.WHOLE_ROLLOUT);
        VariantFigures candidate = comparison.candidate();
        Comparison.Split split = comparison.split();
        return Json.object()
                .put("agent", comparison.agent())
                .put("window", rollout ? "rollout" : comparison.window().toSeconds() + "s")
                .put("from", comparison.from())
                .put("to", comparison.to())
                .put("verdict", comparison.verdict())
                .put("why", comparison.why())
                .put("baseline", json(comparison.baseline()))
                .put("candidate", candidate == null ? null : json(candidate))
                .put(
                        "split",
                        Json.object()
                                .put("intended_share", split.intendedShare())
                                .put("observed_share", split.observedShare())
                                .put("units", split.units())
                                .put("candidate_units", split.candidateUnits())
                                .put("wealth", Math.exp(split.logWealth()))
                                .put("mismatch", split.isMismatch()))
                .put(
                        "evidence",
                        comparison.evidence().stream().map(CompareCommand::json).toList());
    }

    private static Json json(ExperimentResult experiment) {
        return Json.object()
                .put("answer", experiment.answer())
                .put("why", experiment.why())
                .put(
                        "criteria",
                        experiment.criteria().stream()
                                .map(criterion -> Json.object()
                                        .put("name", criterion.name())
                                        .put("wanted", criterion.wanted())
                                        .put("seen", criterion.seen())
                                        .put("answer", criterion.answer()))
                                .toList());
    }

    private static Json json(GuardEvidence evidence) {
        return RolloutShowCommand.json(evidence);
    }

    private static Json json(VariantFigures figures) {
        return Json.object()
                .put("model", figures.model())
                .put("units", figures.units())
                .put("calls", figures.calls())
                .put("errors", figures.errors())
                .put("error_rate", json(figures.errorRate()))
                .put("fallbacks", figures.fallbacks())
                .put("p50_ms", json(figures.p50()))
                .put("p95_ms", json(figures.p95()))
                .put("p99_ms", json(figures.p99()))
                .put("input_tokens", figures.inputTokens())
                .put("output_tokens", figures.outputTokens())
                .put("cost", figures.cost());
    }

    private static Json json(Estimate estimate) {
        return Json.object()
                .put("value", estimate.value())
                .put("low", estimate.low())
                .put("high", estimate.high());
    }
}
