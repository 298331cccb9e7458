package dev.understudy.server.console;

import dev.understudy.ModelRegistry;
import dev.understudy.config.AgentSettings;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.RolloutDecision;
import dev.understudy.health.Health;
import dev.understudy.insight.Minute;
import dev.understudy.insight.RecentOutcomes;
import dev.understudy.insight.Timeline;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the console knows of one agent at one moment: read once, for the row and for the sentence at the top. Names and numbers
 * of the configuration, and counts; never a prompt, an answer or a key.
 *
 * @param settings what its configuration says
 * @param health whether it answers, and why
 * @param status how its rollout stands
 * @param minute what its calls of the last minute were like
 * @param budget how its budget stands, or null where it has none
 */
record AgentRow(
        AgentSettings settings,
        Health health,
        RolloutStatus status,
        Minute minute,
        @Nullable BudgetStatus budget) {

    static AgentRow of(ModelRegistry registry, AgentSettings settings) {
        String agent = settings.name();
        return new AgentRow(
                settings,
                registry.health(agent),
                registry.rollout(agent),
                registry.lastMinute(agent),
                registry.budget(agent).orElse(null));
    }

    String agent() {
        return settings.name();
    }

    @Nullable
    Duration latencyLimit() {
        return settings.rollout().guard().p95();
    }

    /** When something was last decided about its rollout; the beginning of time where nothing was. */
    Instant decided() {
        List<RolloutDecision> decisions = status.decisions();
        return decisions.isEmpty()
                ? Instant.EPOCH
                : decisions.get(decisions.size() - 1).at();
    }

    Map<String, @Nullable Object> tree() {
        Duration limit = latencyLimit();
        return new Tree()
                .put("agent", agent())
                .put("baseline", status.baseline())
                .put("candidate", status.candidate())
                .put("status", health.status().name())
                .put("why", health.reason())
                .put("rollout", rollout().map())
                .number("limitMillis", limit == null ? Double.NaN : limit.toNanos() / 1e6)
                .put("minute", minuteTree().map())
                .number("costPerHour", minute.costPerHour())
                .put("budget", budget == null ? null : budgetTree(budget))
                .put("breakers", breakers())
                .map();
    }

    private static Map<String, @Nullable Object> budgetTree(BudgetStatus budget) {
        return new Tree()
                .number("limit", budget.limit())
                .number("spent", budget.spent())
                .put("per", budget.per().tag())
                .put("until", budget.until())
                .put("policy", budget.policy().name())
                .put("state", budget.state().name())
                .map();
    }

    private Tree rollout() {
        return new Tree()
                .put("phase", status.phase().name())
                .put("reason", status.reason().name())
                .put("because", status.reason().words())
                .put("share", status.share().percent())
                .put("ceiling", status.ceiling().percent())
                .put("stages", status.stages().stream().map(Share::percent).toList())
                .put("step", status.step())
                .put("since", status.candidate() == null ? null : status.since())
                .put("decides", status.decides())
                .put("hasExperiment", settings.experiment() != null)
                .put("decided", decided());
    }

    private Tree minuteTree() {
        RecentOutcomes outcomes = minute.outcomes();
        return new Tree()
                .put("calls", outcomes.calls())
                .put("degraded", outcomes.degraded())
                .put("errors", outcomes.errors())
                .put("baseline", arm(minute.baseline()))
                .put("candidate", arm(minute.candidate()));
    }

    static Map<String, @Nullable Object> arm(Timeline.Arm arm) {
        return new Tree()
                .put("calls", arm.calls())
                .put("errors", arm.errors())
                .put("callerErrors", arm.callerErrors())
                .number("p50", arm.p50())
                .number("p95", arm.p95())
                .number("p99", arm.p99())
                .map();
    }

    private List<Map<String, @Nullable Object>> breakers() {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (Health.Model model : health.models()) {
            all.add(new Tree()
                    .put("model", model.name())
                    .put("variant", model.variant().name())
                    .put("state", model.circuit().name())
                    .put("inUse", model.inUse())
                    .map());
        }
        return all;
    }
}
