package dev.understudy.server.console;

import dev.understudy.event.BudgetState;
import dev.understudy.event.CircuitState;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.health.Health;
import dev.understudy.health.HealthCheck;
import dev.understudy.insight.RecentOutcomes;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.server.console.Trouble.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong now and what was done about it, the worst first. Stateless. */
final class Troubles {

    /** How long a rollback is news. Afterwards it is a state that waits for somebody. */
    private static final Duration NEWS = Duration.ofHours(1);

    private Troubles() {}

    static List<Trouble> of(List<AgentRow> rows, boolean useFinetuned, List<String> problems, Instant now) {
        List<Trouble> found = new ArrayList<>();
        if (!problems.isEmpty()) {
            found.add(new Trouble(
                    Level.WAIT,
                    null,
                    "the configuration file was refused",
                    null,
                    false,
                    problems.get(0) + (problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)"),
                    "the one before it stays in force"));
        }
        if (!useFinetuned) {
            found.add(new Trouble(
                    Level.CALM,
                    null,
                    "the kill switch is on",
                    null,
                    false,
                    null,
                    "nobody gets a candidate, and the baselines answer everybody"));
        }
        for (AgentRow row : rows) {
            Trouble calls = calls(row, !problems.isEmpty());
            if (calls != null) {
                found.add(calls);
            }
            if (row.budget() != null && row.budget().state() == BudgetState.NEARLY_SPENT) {
                found.add(new Trouble(
                        Level.WAIT,
                        row.agent(),
                        "the budget is nearly spent",
                        null,
                        false,
                        row.budget().words(),
                        null));
            }
            Trouble rollout = rollout(row, useFinetuned, now);
            if (rollout != null) {
                found.add(rollout);
            }
        }
        found.sort(Comparator.comparing(Trouble::level)); // stable: agents stay in their order
        return found;
    }

    /** What is wrong with the answers. */
    private static @Nullable Trouble calls(AgentRow row, boolean configurationRefused) {
        Health health = row.health();
        return switch (health.status()) {
            case UP -> null;
            case DOWN ->
                new Trouble(Level.FAILING, row.agent(), "no call can be answered", null, false, health.reason(), null);
            case DEGRADED ->
                configurationRefused && isSound(row)
                        ? null // that is everybody's trouble, and said once
                        : new Trouble(
                                row.minute().outcomes().errorRate() < HealthCheck.NOTABLE_RATE
                                        ? Level.DEGRADED
                                        : Level.FAILING,
                                row.agent(),
                                "degraded",
                                null,
                                false,
                                health.reason(),
                                failing(row));
        };
    }

    private static boolean isSound(AgentRow row) {
        RecentOutcomes outcomes = row.minute().outcomes();
        return outcomes.errorRate() < HealthCheck.NOTABLE_RATE
                && outcomes.degradedRate() < HealthCheck.NOTABLE_RATE
                && row.health().models().stream()
                        .allMatch(model -> !model.inUse() || model.circuit() == CircuitState.CLOSED);
    }

    private static String failing(AgentRow row) {
        RecentOutcomes outcomes = row.minute().outcomes();
        if (outcomes.calls() == 0) {
            return "nobody has called in the last minute";
        }
        return outcomes.errors() == 0
                ? "no caller has seen an error in the last minute"
                : Because.count(outcomes.errors()) + " of the last minute's " + Because.count(outcomes.calls(), "call")
                        + " failed for the caller";
    }

    /** What became of the candidate. */
    private static @Nullable Trouble rollout(AgentRow row, boolean useFinetuned, Instant now) {
        RolloutStatus status = row.status();
        String candidate = status.candidate();
        if (candidate == null) {
            return null;
        }
        String everybody = "everybody is answered by '" + status.baseline() + "'";
        return switch (status.phase()) {
            case RUNNING, COMPLETED -> null;
            case OFF ->
                useFinetuned
                        ? trouble(
                                row, Level.CALM, "the kill switch of this agent is on", status.since(), null, everybody)
                        : null;
            case HOLD -> held(row, candidate, everybody);
            case QUARANTINED ->
                trouble(
                        row,
                        Level.BAD,
                        "candidate '" + candidate + "' was taken away",
                        status.since(),
                        because(row),
                        everybody + ", whose next calls tell whether it was the candidate's fault");
            case ROLLED_BACK ->
                trouble(
                        row,
                        Duration.between(takenAway(status), now).compareTo(NEWS) < 0 ? Level.BAD : Level.WAIT,
                        "candidate '" + candidate + "' was rolled back",
                        takenAway(status),
                        because(row),
                        everybody);
        };
    }

    private static Trouble held(AgentRow row, String candidate, String everybody) {
        RolloutStatus status = row.status();
        RolloutReason reason = status.reason();
        boolean wanted = reason == RolloutReason.HELD || reason == RolloutReason.MANUAL;
        return new Trouble(
                wanted ? Level.CALM : Level.WAIT,
                row.agent(),
                "the rollout of '" + candidate + "' is on hold at " + Because.share(status.share()),
                status.since(),
                true,
                holding(status),
                status.share().thousandths() == 0 ? everybody : null);
    }

    /** Why it holds, and who wants it, if it is a person whose name is known. */
    private static String holding(RolloutStatus status) {
        List<RolloutDecision> decisions = status.decisions();
        RolloutDecision latest = decisions.isEmpty() ? null : decisions.get(decisions.size() - 1);
        return latest != null && latest.reason() == RolloutReason.HELD && status.reason() == RolloutReason.HELD
                ? latest.by() + " holds it"
                : status.reason().words();
    }

    private static Trouble trouble(
            AgentRow row, Level level, String what, Instant at, @Nullable String why, @Nullable String now) {
        return new Trouble(level, row.agent(), what, at, false, why, now);
    }

    private static @Nullable String because(AgentRow row) {
        RolloutDecision decision = decision(row.status());
        return decision == null ? null : Because.of(decision, row.latencyLimit());
    }

    /** When the candidate lost its share: a moment before the verdict on it. */
    private static Instant takenAway(RolloutStatus status) {
        RolloutDecision decision = decision(status);
        return decision == null ? status.since() : decision.at();
    }

    /** The latest decision that took this candidate away from somebody. */
    private static @Nullable RolloutDecision decision(RolloutStatus status) {
        List<RolloutDecision> decisions = status.decisions();
        for (int i = decisions.size() - 1; i >= 0; i--) {
            RolloutDecision decision = decisions.get(i);
            if (decision.candidate().equals(status.candidate())
                    && decision.sharePercent() == 0
                    && decision.sharePercentBefore() > 0
                    && (decision.to() == RolloutPhase.QUARANTINED || decision.to() == RolloutPhase.ROLLED_BACK)) {
                return decision;
            }
        }
        return null;
    }
}
