package dev.understudy.server.operations;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Share;
import java.util.LinkedHashMap;
import java.util.Map;

/** A rollout as JSON, under the names that the command line gives to the same things. */
final class RolloutTree {

    private RolloutTree() {}

    /** How it stands, in short. */
    static Map<String, Object> brief(RolloutStatus status) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("agent", status.agent());
        tree.put("baseline", status.baseline());
        tree.put("candidate", status.candidate());
        tree.put("phase", status.phase());
        tree.put("reason", status.reason());
        tree.put("share_percent", status.share().percent());
        tree.put("ceiling_percent", status.ceiling().percent());
        tree.put("stages_percent", status.stages().stream().map(Share::percent).toList());
        tree.put("step", status.step());
        tree.put("since", status.since());
        tree.put("decides", status.decides());
        tree.put("epoch", status.epoch());
        return tree;
    }

    /** With what was seen, what the guards hold against the candidate, and the history. */
    static Map<String, Object> whole(RolloutStatus status) {
        Map<String, Object> tree = brief(status);
        tree.put("baseline_seen", seen(status.baselineSeen()));
        tree.put("candidate_seen", seen(status.candidateSeen()));
        tree.put(
                "evidence",
                status.evidence().stream().map(RolloutTree::evidence).toList());
        tree.put(
                "decisions",
                status.decisions().stream().map(RolloutTree::decision).toList());
        return tree;
    }

    private static Map<String, Object> seen(ArmCounts counts) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("calls", counts.calls());
        tree.put("errors", counts.errors());
        tree.put("slow", counts.slow());
        return tree;
    }

    private static Map<String, Object> evidence(GuardEvidence evidence) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("guard", evidence.guard());
        tree.put("bad", evidence.bad());
        tree.put("total", evidence.total());
        tree.put("wealth", evidence.wealth());
        return tree;
    }

    private static Map<String, Object> decision(RolloutDecision decision) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("at", decision.at());
        tree.put("by", decision.by());
        tree.put("candidate", decision.candidate());
        tree.put("from", decision.from());
        tree.put("to", decision.to());
        tree.put("reason", decision.reason());
        tree.put("share_percent_before", decision.sharePercentBefore());
        tree.put("share_percent", decision.sharePercent());
        tree.put("detail", decision.detail());
        return tree;
    }
}
