package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.time.Instant;
import java.util.List;

/** States as a registry would have written them. */
public final class Written {

    /** When they were written. */
    public static final Instant AT = Instant.parse("2026-11-20T17:42:07.123Z");

    private Written() {}

    /** A rollout at a step, below a ceiling. */
    public static void running(
            RolloutStore store, String agent, String candidate, int step, Share stage, Share ceiling) {
        StateDraft draft = new StateDraft(agent, candidate, AT);
        draft.salt = agent;
        draft.ceiling = ceiling;
        write(
                store,
                draft.toStep(step, stage, AT)
                        .to(RolloutPhase.RUNNING, RolloutReason.STARTED)
                        .decided("ramp", "Begins at " + ceiling, AT));
    }

    /** The same, and then the guard took the candidate away. */
    public static void rolledBack(RolloutStore store, String agent, String candidate, Share ceiling) {
        running(store, agent, candidate, 0, Share.ALL, ceiling);
        StoredRecord record = store.read(agent).orElseThrow();
        StateDraft draft = RolloutState.read(agent, record).draft();
        draft.evidence = List.of(new GuardEvidence(Guard.LATENCY_LIMIT, Math.log(128.5), Math.log(200), 3, 3));
        draft.baselineSeen = new ArmCounts(40, 0, 0);
        draft.candidateSeen = new ArmCounts(3, 0, 3);
        RolloutState state = draft.to(RolloutPhase.ROLLED_BACK, RolloutReason.GUARD)
                .decided(
                        "guard",
                        "0 of the baseline's 10 calls since then were bad: it was the candidate",
                        AT.plusSeconds(31));
        store.write(agent, record.epoch(), record.next(state.fields()));
    }

    private static void write(RolloutStore store, RolloutState state) {
        store.write(state.agent(), 0, StoredRecord.first(state.fields()));
    }
}
