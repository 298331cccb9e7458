package dev.understudy.server.console;

import dev.understudy.ModelRegistry;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.evidence.Wealth;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.VariantFigures;
import dev.understudy.rollout.RolloutStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one agent's rollout: comparison, evidence, decisions, timeline, experiment.
 *
 * @param status how the rollout stands
 * @param comparison both variants beside each other
 * @param trail how they fared over time
 * @param experiment the experiment that is configured; without criteria where none is
 */
record AgentDetail(RolloutStatus status, Comparison comparison, Trail trail, ExperimentResult experiment) {

    /** As many points as a chart has room for. */
    private static final int POINTS = 400;

    static AgentDetail of(ModelRegistry registry, String agent, Duration window, Duration back) {
        RolloutStatus status = registry.rollout(agent);
        return new AgentDetail(
                status,
                registry.compare(agent, window),
                Trail.of(registry, status, back).inAtMost(POINTS),
                registry.experiment(agent));
    }

    Map<String, @Nullable Object> tree() {
        return new Tree()
                .put("agent", status.agent())
                .put("at", comparison.to())
                .put("comparison", comparisonTree())
                .put("evidence", evidence(status.evidence()))
                .number("logMean", mean(status.evidence(), false))
                .number("logStrictMean", mean(status.evidence(), true))
                .put("baselineSeen", counts(status.baselineSeen()))
                .put("candidateSeen", counts(status.candidateSeen()))
                .put("decisions", decisions())
                .put("timeline", trail.tree())
                .put("experiment", experiment.criteria().isEmpty() ? null : experimentTree())
                .map();
    }

    private Map<String, @Nullable Object> comparisonTree() {
        VariantFigures candidate = comparison.candidate();
        Comparison.Split split = comparison.split();
        return new Tree()
                .put("from", comparison.from())
                .put("to", comparison.to())
                .put("verdict", comparison.verdict().name())
                .put("why", comparison.why())
                .put("baseline", figures(comparison.baseline()))
                .put("candidate", candidate == null ? null : figures(candidate))
                .put(
                        "split",
                        split.units() == 0
                                ? null
                                : new Tree()
                                        .number("intended", split.intendedShare())
                                        .number("observed", split.observedShare())
                                        .put("units", split.units())
                                        .put("candidateUnits", split.candidateUnits())
                                        .put("mismatch", split.isMismatch())
                                        .map())
                .map();
    }

    private static Map<String, @Nullable Object> figures(VariantFigures figures) {
        return new Tree()
                .put("model", figures.model())
                .put("units", figures.units())
                .put("calls", figures.calls())
                .put("errors", figures.errors())
                .estimate("errorRate", figures.errorRate())
                .put("fallbacks", figures.fallbacks())
                .estimate("p50", figures.p50())
                .estimate("p95", figures.p95())
                .estimate("p99", figures.p99())
                .put("inputTokens", figures.inputTokens())
                .put("outputTokens", figures.outputTokens())
                .number("cost", figures.cost())
                .map();
    }

    private static List<Map<String, @Nullable Object>> evidence(List<GuardEvidence> all) {
        List<Map<String, @Nullable Object>> trees = new ArrayList<>();
        for (GuardEvidence each : all) {
            boolean calls = each.guard() == Guard.LATENCY_LIMIT || each.guard() == Guard.ERROR_CAP;
            trees.add(new Tree()
                    .put("guard", each.guard().words())
                    .put("counts", calls ? "calls" : "units")
                    .put("bad", each.bad())
                    .put("total", each.total())
                    .number("log", each.logWealth())
                    .number("logStrict", each.logStrictWealth())
                    .map());
        }
        return trees;
    }

    private static double mean(List<GuardEvidence> all, boolean strict) {
        return all.isEmpty()
                ? Double.NaN
                : Wealth.logMeanExp(all.stream()
                        .mapToDouble(each -> strict ? each.logStrictWealth() : each.logWealth())
                        .toArray());
    }

    private static Map<String, @Nullable Object> counts(ArmCounts counts) {
        return new Tree()
                .put("calls", counts.calls())
                .put("errors", counts.errors())
                .put("slow", counts.slow())
                .map();
    }

    /** The latest first: that is what somebody looks for. */
    private List<Map<String, @Nullable Object>> decisions() {
        List<Map<String, @Nullable Object>> trees = new ArrayList<>();
        List<RolloutDecision> all = status.decisions();
        for (int i = all.size() - 1; i >= 0; i--) {
            RolloutDecision decision = all.get(i);
            trees.add(new Tree()
                    .put("number", i + 1)
                    .put("at", decision.at())
                    .put("candidate", decision.candidate())
                    .put("from", decision.from().name())
                    .put("to", decision.to().name())
                    .put("reason", decision.reason().words())
                    .put("before", decision.sharePercentBefore())
                    .put("after", decision.sharePercent())
                    .put("by", decision.by())
                    .put("detail", decision.detail())
                    .put("rollback", decision.isRollback())
                    .put("evidence", evidence(decision.evidence()))
                    .put("baselineSeen", counts(decision.baseline()))
                    .put("candidateSeen", counts(decision.candidateSeen()))
                    .map());
        }
        return trees;
    }

    private Map<String, @Nullable Object> experimentTree() {
        return new Tree()
                .put("answer", experiment.answer().name())
                .put("why", experiment.why())
                .put(
                        "criteria",
                        experiment.criteria().stream()
                                .map(criterion -> new Tree()
                                        .put("name", criterion.name())
                                        .put("wanted", criterion.wanted())
                                        .put("seen", criterion.seen())
                                        .put("answer", criterion.answer().name())
                                        .map())
                                .toList())
                .map();
    }
}
