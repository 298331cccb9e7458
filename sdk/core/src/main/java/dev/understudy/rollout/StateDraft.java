package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A {@link RolloutState} being made from the one before. Not thread-safe. */
final class StateDraft {
    final String agent;
    String candidate;

    @Nullable
    String salt;

    RolloutPhase phase = RolloutPhase.OFF;
    RolloutReason reason = RolloutReason.STARTED;
    int step;
    Share stage = Share.NONE;
    Share ceiling = Share.NONE;
    long generation = 1;
    Instant started;
    Instant since;
    Instant stepSince;
    long callsAtStep;
    long callsAtChange;
    int degradations;

    @Nullable
    Guard firedBy;

    RolloutPhase phaseBeforeOff = RolloutPhase.RUNNING;
    RolloutReason reasonBeforeOff = RolloutReason.STARTED;
    boolean dismissed;
    double suspicionFloor;
    double splitFloor;
    List<String> latched = new ArrayList<>();
    List<RolloutDecision> decisions = new ArrayList<>();
    long decisionCount;
    List<GuardEvidence> evidence = List.of();
    ArmCounts baselineSeen = ArmCounts.NONE;
    ArmCounts candidateSeen = ArmCounts.NONE;
    SortedMap<String, String> guard = new TreeMap<>();

    private final RolloutPhase oldPhase;
    private final int oldStep;
    private final Share oldShare;

    /** The first state of a rollout. */
    StateDraft(String agent, String candidate, Instant now) {
        this.agent = agent;
        this.candidate = candidate;
        started = now;
        since = now;
        stepSince = now;
        oldPhase = RolloutPhase.OFF;
        oldStep = 0;
        oldShare = Share.NONE;
    }

    StateDraft(RolloutState from) {
        agent = from.agent();
        candidate = from.candidate();
        salt = from.salt();
        phase = from.phase();
        reason = from.reason();
        step = from.step();
        stage = from.stage();
        ceiling = from.ceiling();
        generation = from.generation();
        started = from.started();
        since = from.since();
        stepSince = from.stepSince();
        callsAtStep = from.callsAtStep();
        callsAtChange = from.callsAtChange();
        degradations = from.degradations();
        firedBy = from.firedBy();
        phaseBeforeOff = from.phaseBeforeOff();
        reasonBeforeOff = from.reasonBeforeOff();
        dismissed = from.dismissed();
        suspicionFloor = from.suspicionFloor();
        splitFloor = from.splitFloor();
        latched = new ArrayList<>(from.latched());
        decisions = new ArrayList<>(from.decisions());
        decisionCount = from.decisionCount();
        evidence = from.evidence();
        baselineSeen = from.baselineSeen();
        candidateSeen = from.candidateSeen();
        guard = new TreeMap<>(from.guard());
        oldPhase = from.phase();
        oldStep = from.step();
        oldShare = from.share();
    }

    StateDraft to(RolloutPhase newPhase, RolloutReason why) {
        phase = newPhase;
        reason = why;
        return this;
    }

    /** Goes to a step, which begins now. */
    StateDraft toStep(int newStep, Share newStage, Instant now) {
        step = newStep;
        stage = newStage;
        stepSince = now;
        callsAtStep = candidateSeen.calls();
        return this;
    }

    /** Forgets all evidence: what comes from now on begins a new rollout. */
    StateDraft forget(Instant now) {
        generation++;
        started = now;
        degradations = 0;
        firedBy = null;
        dismissed = false;
        suspicionFloor = 0;
        splitFloor = 0;
        evidence = List.of();
        baselineSeen = ArmCounts.NONE;
        candidateSeen = ArmCounts.NONE;
        guard = new TreeMap<>();
        callsAtStep = 0;
        callsAtChange = 0;
        return this;
    }

    /** What the guard knows now. */
    StateDraft seen(Sight sight) {
        evidence = sight.evidence();
        baselineSeen = sight.baseline();
        candidateSeen = sight.candidate();
        return this;
    }

    /** Notes the decision that leads here. */
    RolloutState decided(String by, String detail, Instant now) {
        return decided(reason, by, detail, now);
    }

    /** The same where the reason of the change is not the reason of the state, as when it goes back to where it was. */
    RolloutState decided(RolloutReason why, String by, String detail, Instant now) {
        return decided(candidate, oldPhase, phase, why, by, detail, now);
    }

    RolloutState decided(
            String about,
            RolloutPhase from,
            RolloutPhase to,
            RolloutReason why,
            String by,
            String detail,
            Instant now) {
        boolean own = about.equals(candidate);
        if (own && (phase != oldPhase || step != oldStep || why == RolloutReason.RESET)) {
            since = now;
            callsAtChange = candidateSeen.calls();
        }
        decisions.add(new RolloutDecision(
                agent,
                about,
                from,
                to,
                why,
                own ? oldShare.percent() : 0,
                own ? RolloutState.share(phase, stage, ceiling).percent() : 0,
                by,
                detail,
                own ? evidence : List.of(),
                own ? baselineSeen : ArmCounts.NONE,
                own ? candidateSeen : ArmCounts.NONE,
                now));
        while (decisions.size() > RolloutState.MOST_DECISIONS) {
            decisions.remove(0);
        }
        decisionCount++;
        return done();
    }

    /** The state without any decision: a quiet change. */
    RolloutState done() {
        return new RolloutState(this);
    }
}
