package dev.understudy.event;

import dev.understudy.evidence.GuardEvidence;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A rollout changed, and what it was that spoke for it: the line of its history, written down before it takes effect, and
 * told afterwards. Immutable.
 *
 * @param agent the agent
 * @param candidate the candidate
 * @param from where the rollout stood
 * @param to where it stands now
 * @param reason why
 * @param sharePercentBefore the candidate's share until then, 0 to 100
 * @param sharePercent its share from then on, 0 to 100
 * @param by who decided: {@code guard}, {@code ramp}, {@code configuration}, or a person's name
 * @param detail one sentence with the figures that decided
 * @param evidence what each guard held against the candidate
 * @param baseline what was seen of the baseline in this rollout
 * @param candidateSeen what was seen of the candidate in this rollout
 * @param at when
 */
public record RolloutDecision(
        String agent,
        String candidate,
        RolloutPhase from,
        RolloutPhase to,
        RolloutReason reason,
        double sharePercentBefore,
        double sharePercent,
        String by,
        String detail,
        List<GuardEvidence> evidence,
        ArmCounts baseline,
        ArmCounts candidateSeen,
        Instant at) {

    /** Checks that nothing is missing and copies the evidence. */
    public RolloutDecision {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(candidate, "candidate");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(by, "by");
        Objects.requireNonNull(detail, "detail");
        Objects.requireNonNull(baseline, "baseline");
        Objects.requireNonNull(candidateSeen, "candidateSeen");
        Objects.requireNonNull(at, "at");
        evidence = List.copyOf(evidence);
    }

    /**
     * Says whether this took a bad candidate away.
     *
     * @return whether the guard's evidence sufficed
     */
    public boolean isRollback() {
        return reason == RolloutReason.GUARD && (to == RolloutPhase.QUARANTINED || to == RolloutPhase.ROLLED_BACK);
    }
}
