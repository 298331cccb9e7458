package dev.understudy;

import dev.understudy.event.RolloutDecision;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.Timeline;
import dev.understudy.report.RolloutReport;
import dev.understudy.rollout.RolloutStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Puts together what a report shows. */
final class Reports {

    /** As long as a timeline goes back. */
    private static final Duration LONGEST = Duration.ofDays(8);

    /** A rollout that began a moment ago is still seen beside what was before. */
    private static final Duration SHORTEST = Duration.ofMinutes(5);

    private final ModelRegistry registry;

    Reports(ModelRegistry registry) {
        this.registry = registry;
    }

    RolloutReport whole(String agent) {
        RolloutStatus status = registry.rollout(agent);
        Comparison comparison = registry.compare(agent, Comparison.WHOLE_ROLLOUT);
        return report(status, comparison, registry.timeline(agent, sinceTheBeginning(status, comparison.to())));
    }

    RolloutReport latest(String agent, Duration back) {
        return report(registry.rollout(agent), registry.compare(agent, back), registry.timeline(agent, back));
    }

    /** From some time before the first decision about this candidate, so that the chart shows what it was like without it. */
    private static Duration sinceTheBeginning(RolloutStatus status, Instant now) {
        List<RolloutDecision> decisions = status.decisions();
        Instant first = decisions.stream()
                .filter(decision -> decision.candidate().equals(status.candidate()))
                .map(RolloutDecision::at)
                .min(Instant::compareTo)
                .orElse(status.since());
        Duration since = Duration.between(first, now);
        Duration withBefore = since.plus(since.dividedBy(10));
        return withBefore.compareTo(SHORTEST) < 0 ? SHORTEST : withBefore.compareTo(LONGEST) > 0 ? LONGEST : withBefore;
    }

    private RolloutReport report(RolloutStatus status, Comparison comparison, Timeline timeline) {
        ExperimentResult experiment = registry.experiment(status.agent());
        return RolloutReport.builder(status, comparison, timeline)
                .experiment(experiment.criteria().isEmpty() ? null : experiment) // none is configured
                .latencyLimit(registry.pipeline(status.agent())
                        .agent()
                        .rollout()
                        .guard()
                        .p95())
                .build();
    }
}
