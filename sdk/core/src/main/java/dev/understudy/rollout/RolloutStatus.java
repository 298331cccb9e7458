package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.GuardEvidence;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an agent's rollout stands, and who decides. Immutable.
 *
 * @param agent the agent
 * @param baseline its proven model
 * @param candidate the model being rolled out, or null where there is none
 * @param phase where the rollout stands
 * @param reason why it stands there
 * @param share the units on the candidate now: the least of ceiling and step, none where the phase or a switch says so
 * @param ceiling what operators allow: {@code rollout.percentage}
 * @param stages the steps of the ramp; empty where there is none
 * @param step the current step, from 0
 * @param since when this phase or step began
 * @param decides who decides now, and why, as a sentence
 * @param evidence what each guard holds against the candidate
 * @param baselineSeen what was seen of the baseline in this rollout
 * @param candidateSeen what was seen of the candidate in this rollout
 * @param decisions the history, the oldest first; the latest hundred
 * @param epoch how often the state was written: grows with each change, whoever makes it
 */
public record RolloutStatus(
        String agent,
        String baseline,
        @Nullable String candidate,
        RolloutPhase phase,
        RolloutReason reason,
        Share share,
        Share ceiling,
        List<Share> stages,
        int step,
        Instant since,
        String decides,
        List<GuardEvidence> evidence,
        ArmCounts baselineSeen,
        ArmCounts candidateSeen,
        List<RolloutDecision> decisions,
        long epoch) {

    /** Checks that nothing is missing and copies the lists. */
    public RolloutStatus {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(baseline, "baseline");
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(share, "share");
        Objects.requireNonNull(ceiling, "ceiling");
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(decides, "decides");
        Objects.requireNonNull(baselineSeen, "baselineSeen");
        Objects.requireNonNull(candidateSeen, "candidateSeen");
        stages = List.copyOf(stages);
        evidence = List.copyOf(evidence);
        decisions = List.copyOf(decisions);
    }

    /**
     * The same rollout while something else keeps everybody from its candidate, such as a budget that is spent.
     *
     * @param sentence who decides instead, and why
     * @return a status with a share of none
     */
    public RolloutStatus overruled(String sentence) {
        return new RolloutStatus(
                agent,
                baseline,
                candidate,
                phase,
                reason,
                Share.NONE,
                ceiling,
                stages,
                step,
                since,
                sentence,
                evidence,
                baselineSeen,
                candidateSeen,
                decisions,
                epoch);
    }

    /**
     * Says how an agent without a candidate stands.
     *
     * @param agent the agent
     * @param baseline its only model
     * @param settings what would hold for a candidate
     * @param now the wall clock
     * @return a status that says so
     */
    public static RolloutStatus none(String agent, String baseline, RolloutSettings settings, Instant now) {
        return new RolloutStatus(
                agent,
                baseline,
                null,
                RolloutPhase.OFF,
                RolloutReason.NO_CANDIDATE,
                Share.NONE,
                settings.share(),
                settings.ramp().stages(),
                0,
                now,
                "There is nothing to decide: the agent has no candidate, and '" + baseline + "' serves everybody",
                List.of(),
                ArmCounts.NONE,
                ArmCounts.NONE,
                List.of(),
                0);
    }
}
