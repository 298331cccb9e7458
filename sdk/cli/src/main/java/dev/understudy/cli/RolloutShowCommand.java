package dev.understudy.cli;

import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.Share;
import dev.understudy.store.RolloutStore;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code rollout FILE show}: how rollouts stand. */
@Command(
        name = "show",
        description =
                "Shows how the rollouts stand, by the file and the state that running applications write beside it;"
                        + " for a single agent its evidence and history too.")
final class RolloutShowCommand extends FileCommand {

    private static final int LATEST = 20;

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private RolloutCommand rollout;

    @Option(names = "--agent", paramLabel = "A", description = "Only this agent; else all that have a candidate.")
    private @Nullable String agent;

    @Override
    Path file() {
        return rollout.file();
    }

    @Override
    public Integer call() {
        Configuration configuration = configuration();
        RolloutStore store = StoredRollout.store(configuration, file());
        List<StoredRollout> rollouts = new ArrayList<>();
        for (AgentSettings settings : candidates(configuration, agent)) {
            rollouts.add(StoredRollout.read(configuration, settings, store));
        }
        if (json) {
            rollouts.forEach(stored -> out().println(json(stored)));
            return Understudy.OK;
        }
        Table table = new Table("AGENT", "CANDIDATE", "PHASE", ">SHARE", ">CEILING", "STEP", "SINCE", "REASON");
        for (StoredRollout stored : rollouts) {
            table.row(
                    stored.settings().name(),
                    stored.candidate(),
                    stored.phase(),
                    stored.share(),
                    stored.settings().rollout().share(),
                    stored.step(),
                    stored.state() == null ? "-" : time(stored.state().since()),
                    stored.begun() || !stored.allowed() ? stored.reason() : "not begun");
        }
        out().print(table);
        if (agent != null) {
            details(rollouts.get(0));
        }
        return Understudy.OK;
    }

    private void details(StoredRollout stored) {
        out().println();
        Table.wrap(stored.decides(), Table.WIDTH).forEach(out()::println);
        if (!stored.evidence().isEmpty()) {
            Table evidence = table(stored.evidence());
            out().println();
            out().print(evidence);
        }
        if (!stored.decisions().isEmpty()) {
            Table history = new Table("AT", "BY", "TO", ">SHARE", "WHY");
            int from = Math.max(0, stored.decisions().size() - LATEST);
            for (RolloutDecision decision :
                    stored.decisions().subList(from, stored.decisions().size())) {
                history.row(
                        time(decision.at()),
                        decision.by(),
                        decision.to(),
                        percent(decision.sharePercent()),
                        decision.detail());
            }
            out().println();
            out().print(history);
        }
    }

    /** What the guards hold against a candidate. */
    static Table table(List<GuardEvidence> guards) {
        Table evidence = new Table("GUARD", ">BAD", ">OF", ">WEALTH");
        for (GuardEvidence guard : guards) {
            evidence.row(guard.guard().words(), guard.bad(), guard.total(), wealth(guard.wealth()));
        }
        return evidence;
    }

    // In words and for programs

    /** To the second, in UTC. */
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A share in per cent, with no more digits than it needs. */
    static String percent(double percent) {
        return BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString() + "%";
    }

    private static String wealth(double wealth) {
        return wealth >= 1e6 ? "over 1000000" : String.format(Locale.ROOT, "%.2f", wealth);
    }

    static Json json(StoredRollout stored) {
        RolloutState state = stored.state();
        RolloutSettings rollout = stored.settings().rollout();
        return Json.object()
                .put("agent", stored.settings().name())
                .put("baseline", stored.settings().baseline())
                .put("candidate", stored.candidate())
                .put("phase", stored.phase())
                .put("reason", stored.reason())
                .put("share_percent", stored.share().percent())
                .put("ceiling_percent", rollout.share().percent())
                .put(
                        "stages_percent",
                        rollout.ramp().stages().stream().map(Share::percent).toList())
                .put("step", state == null ? null : state.step())
                .put("since", state == null ? null : state.since())
                .put("decides", stored.decides())
                .put("epoch", stored.epoch())
                .put("baseline_seen", state == null ? null : json(state.baselineSeen()))
                .put("candidate_seen", state == null ? null : json(state.candidateSeen()))
                .put(
                        "evidence",
                        stored.evidence().stream().map(RolloutShowCommand::json).toList())
                .put(
                        "decisions",
                        stored.decisions().stream()
                                .map(RolloutShowCommand::json)
                                .toList());
    }

    static Json json(GuardEvidence evidence) {
        return Json.object()
                .put("guard", evidence.guard())
                .put("bad", evidence.bad())
                .put("total", evidence.total())
                .put("wealth", evidence.wealth());
    }

    private static Json json(ArmCounts counts) {
        return Json.object()
                .put("calls", counts.calls())
                .put("errors", counts.errors())
                .put("slow", counts.slow());
    }

    private static Json json(RolloutDecision decision) {
        return Json.object()
                .put("at", decision.at())
                .put("by", decision.by())
                .put("candidate", decision.candidate())
                .put("from", decision.from())
                .put("to", decision.to())
                .put("reason", decision.reason())
                .put("share_percent_before", decision.sharePercentBefore())
                .put("share_percent", decision.sharePercent())
                .put("detail", decision.detail());
    }
}
