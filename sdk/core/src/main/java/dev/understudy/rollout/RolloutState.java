package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.store.StoredRecord;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How one agent's rollout stands, as it is written down: everything that must survive a restart. Immutable; {@link
 * Transitions} makes the next one, and the store keeps it.
 *
 * <p>The share that a state stands for is {@link #share()}: the least of the operators' ceiling and what the ramp has reached,
 * and none while the phase says so. It is all that a restart resumes; how long the step has lasted begins anew.
 */
public final class RolloutState {

    /** How units are dealt: see {@link Buckets}. */
    public static final String SCHEME = "h1";

    /** How many decisions are kept; the oldest go first. */
    public static final int MOST_DECISIONS = 100;

    /** How many rolled-back candidates are remembered beside the current one. */
    static final int MOST_LATCHED = 100;

    private final String agent;
    private final String candidate;
    private final @Nullable String salt;
    private final RolloutPhase phase;
    private final RolloutReason reason;
    private final int step;
    private final Share stage;
    private final Share ceiling;
    private final long generation;
    private final Instant started;
    private final Instant since;
    private final Instant stepSince;
    private final long callsAtStep;
    private final long callsAtChange;
    private final int degradations;
    private final @Nullable Guard firedBy;
    private final RolloutPhase phaseBeforeOff;
    private final RolloutReason reasonBeforeOff;
    private final boolean dismissed;
    private final double suspicionFloor;
    private final double splitFloor;
    private final List<String> latched;
    private final List<RolloutDecision> decisions;
    private final long decisionCount;
    private final List<GuardEvidence> evidence;
    private final ArmCounts baselineSeen;
    private final ArmCounts candidateSeen;
    private final SortedMap<String, String> guard;

    RolloutState(StateDraft draft) {
        agent = draft.agent;
        candidate = draft.candidate;
        salt = draft.salt;
        phase = draft.phase;
        reason = draft.reason;
        step = draft.step;
        stage = draft.stage;
        ceiling = draft.ceiling;
        generation = draft.generation;
        started = draft.started;
        since = draft.since;
        stepSince = draft.stepSince;
        callsAtStep = draft.callsAtStep;
        callsAtChange = draft.callsAtChange;
        degradations = draft.degradations;
        firedBy = draft.firedBy;
        phaseBeforeOff = draft.phaseBeforeOff;
        reasonBeforeOff = draft.reasonBeforeOff;
        dismissed = draft.dismissed;
        suspicionFloor = draft.suspicionFloor;
        splitFloor = draft.splitFloor;
        latched = List.copyOf(draft.latched);
        decisions = List.copyOf(draft.decisions);
        decisionCount = draft.decisionCount;
        evidence = List.copyOf(draft.evidence);
        baselineSeen = draft.baselineSeen;
        candidateSeen = draft.candidateSeen;
        guard = Collections.unmodifiableSortedMap(new TreeMap<>(draft.guard));
    }

    /**
     * Reads a state.
     *
     * @param agent whose record it is
     * @param record what the store holds; not a blank one
     * @return the state
     * @throws dev.understudy.error.StoreException if it is another agent's, of a newer format, or not a state at all
     */
    public static RolloutState read(String agent, StoredRecord record) {
        return StateText.read(agent, record.fields());
    }

    /** Returns all of it as text by name. */
    SortedMap<String, String> fields() {
        return StateText.write(this);
    }

    /**
     * Returns whose rollout this is.
     *
     * @return the agent
     */
    public String agent() {
        return agent;
    }

    /**
     * Returns what is rolled out.
     *
     * @return the candidate
     */
    public String candidate() {
        return candidate;
    }

    /**
     * Returns what makes this split independent of others: frozen as long as the candidate stays.
     *
     * @return the salt; null until a registry has taken up a rollout that the command line re-armed from nothing
     */
    public @Nullable String salt() {
        return salt;
    }

    /**
     * Returns where the rollout stands.
     *
     * @return the phase
     */
    public RolloutPhase phase() {
        return phase;
    }

    /**
     * Returns why it stands there.
     *
     * @return the reason
     */
    public RolloutReason reason() {
        return reason;
    }

    /**
     * Returns the step of the ramp.
     *
     * @return from 0; 0 where there is no ramp
     */
    public int step() {
        return step;
    }

    /** Returns what the ramp has reached, whatever the ceiling; none where the rollout may not begin yet. */
    Share stage() {
        return stage;
    }

    /**
     * Returns what operators allow, as of the last look.
     *
     * @return {@code rollout.percentage}
     */
    public Share ceiling() {
        return ceiling;
    }

    /**
     * Returns the units that are on the candidate in this state.
     *
     * @return the share
     */
    public Share share() {
        return share(phase, stage, ceiling);
    }

    static Share share(RolloutPhase phase, Share stage, Share ceiling) {
        return switch (phase) {
            case OFF, QUARANTINED, ROLLED_BACK -> Share.NONE;
            case RUNNING, HOLD, COMPLETED -> stage.compareTo(ceiling) < 0 ? stage : ceiling;
        };
    }

    /** Returns how often evidence was begun anew, so that nobody goes on with that of an earlier time. */
    long generation() {
        return generation;
    }

    /**
     * Returns when this candidate's rollout began, or was re-armed.
     *
     * @return the instant
     */
    public Instant started() {
        return started;
    }

    /**
     * Returns when this phase or step began.
     *
     * @return the instant
     */
    public Instant since() {
        return since;
    }

    /** Returns when this step began, whatever phases it went through. */
    Instant stepSince() {
        return stepSince;
    }

    /** Returns how many calls the candidate had when this step began. */
    long callsAtStep() {
        return callsAtStep;
    }

    /** Returns how many calls the candidate had when this phase or step began. */
    long callsAtChange() {
        return callsAtChange;
    }

    /** Returns how often the baseline shared the candidate's trouble. */
    int degradations() {
        return degradations;
    }

    /** Returns which guard took the candidate away, or null. */
    @Nullable
    Guard firedBy() {
        return firedBy;
    }

    /** Returns where the rollout stood when the kill switch was turned on. */
    RolloutPhase phaseBeforeOff() {
        return phaseBeforeOff;
    }

    RolloutReason reasonBeforeOff() {
        return reasonBeforeOff;
    }

    /** Says that a person has seen what is suspicious and goes on: only what comes on top counts from now on. */
    boolean dismissed() {
        return dismissed;
    }

    /** Returns the strict evidence that a person has dismissed, as a logarithm. */
    double suspicionFloor() {
        return suspicionFloor;
    }

    /** Returns the evidence of a wrong split that a person has dismissed, as a logarithm. */
    double splitFloor() {
        return splitFloor;
    }

    /**
     * Returns which other candidates of this agent were rolled back, and start only after a reset that names them.
     *
     * @return their names, the latest last
     */
    public List<String> latched() {
        return latched;
    }

    /**
     * Returns the history, those of earlier candidates included.
     *
     * @return the latest hundred decisions, the oldest first
     */
    public List<RolloutDecision> decisions() {
        return decisions;
    }

    /** Returns how many decisions there ever were: who has seen fewer knows how many are new. */
    long decisionCount() {
        return decisionCount;
    }

    /**
     * Returns what each guard held against the candidate when this was written.
     *
     * @return empty where nothing was seen
     */
    public List<GuardEvidence> evidence() {
        return evidence;
    }

    /**
     * Returns what was seen of the baseline in this rollout when this was written.
     *
     * @return the counts
     */
    public ArmCounts baselineSeen() {
        return baselineSeen;
    }

    /**
     * Returns what was seen of the candidate in this rollout when this was written.
     *
     * @return the counts
     */
    public ArmCounts candidateSeen() {
        return candidateSeen;
    }

    /** Returns what the guard wants back after a restart. */
    SortedMap<String, String> guard() {
        return guard;
    }

    /** Says whether this candidate does not start again without a reset that names it. */
    boolean isLatched() {
        return phase == RolloutPhase.ROLLED_BACK
                || phase == RolloutPhase.QUARANTINED
                || (phase == RolloutPhase.OFF && phaseBeforeOff == RolloutPhase.QUARANTINED);
    }

    /** The same, with what the guard knows now: nothing is decided by it. */
    RolloutState with(Sight sight, SortedMap<String, String> saved) {
        StateDraft draft = draft().seen(sight);
        draft.guard = saved;
        return draft.done();
    }

    StateDraft draft() {
        return new StateDraft(this);
    }

    @Override
    public String toString() {
        return "RolloutState[" + agent + ", " + candidate + ", " + phase + " (" + reason + "), step " + step + ", "
                + share() + "]";
    }
}
