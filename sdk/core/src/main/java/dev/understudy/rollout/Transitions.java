package dev.understudy.rollout;

import dev.understudy.error.Bounds;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which state follows from which: pure functions of a state and of what is seen, or of what a person wants. Nothing here
 * writes, waits or tells; {@link Ramp} does.
 *
 * <pre>{@code
 *            kill switch on / off (from anywhere but ROLLED_BACK, and back)
 *                 OFF
 *                  |
 *   new candidate  v          passed, one step per look               passed
 *   or reset --> RUNNING(step) ------> RUNNING(step + 1) ... --------> COMPLETED
 *                 |   ^                                                  |
 *     suspicion,  |   | resumed by a person;                             |
 *     split, time,|   | NO_DATA, SHARED_DEGRADATION: also by itself      |
 *     no data,    v   |                                                  |
 *     a person   HOLD(reason)                                            |
 *                 |                                                      |
 *                 | the evidence suffices (also from RUNNING) <----------+
 *                 v
 *            QUARANTINED -- the baseline is bad too --> HOLD(SHARED_DEGRADATION); the third time:
 *                 |
 *                 v
 *            ROLLED_BACK -- only a reset that names the candidate, or a new candidate, leads out
 * }</pre>
 */
final class Transitions {

    /** When the evidence suffices to take the candidate away: a wealth of 100. */
    static final double ALARM = Math.log(100);

    /** When strict evidence is a suspicion: a wealth of 20. */
    static final double SUSPICION = Math.log(20);

    /** When units are not split as intended: a wealth of 1,000. */
    static final double SPLIT_ALARM = Math.log(1000);

    /** How many of the baseline's calls tell whether it was the candidate's fault, and how long they are waited for. */
    static final int QUARANTINE_CALLS = 10;

    static final Duration QUARANTINE_TIME = Duration.ofMinutes(5);

    /** So many of them are bad where the trouble is shared. */
    static final int SHARED_BAD = 3;

    /** So many good calls of the baseline end a shared degradation, if fewer than {@value #SHARED_BAD} bad ones come between. */
    static final int RECOVERY_GOOD = 20;

    /** How often a degradation may be shared before it is held against the candidate after all. */
    static final int MOST_DEGRADATIONS = 2;

    static final String GUARD = "guard";
    static final String RAMP = "ramp";
    static final String CONFIGURATION = "configuration";

    private Transitions() {}

    // The beginning

    /**
     * The first state of a candidate's rollout.
     *
     * @param previous the rollout of the candidate before, or null
     */
    static RolloutState started(
            String agent,
            String candidate,
            String salt,
            @Nullable RolloutState previous,
            Share ceiling,
            RampSettings ramp,
            Instant now) {
        StateDraft draft = new StateDraft(agent, candidate, now);
        draft.salt = salt;
        draft.ceiling = ceiling;
        if (previous != null) {
            draft.generation = previous.generation() + 1;
            draft.latched.addAll(previous.latched());
            draft.decisions.addAll(previous.decisions());
            draft.decisionCount = previous.decisionCount();
            if (previous.isLatched()) {
                draft.latched.remove(previous.candidate());
                draft.latched.add(previous.candidate());
            }
            while (draft.latched.size() > RolloutState.MOST_LATCHED) {
                draft.latched.remove(0);
            }
        }
        draft.toStep(0, firstStage(ramp), now);
        if (draft.latched.remove(candidate)) {
            return draft.to(RolloutPhase.ROLLED_BACK, RolloutReason.GUARD)
                    .decided(
                            candidate,
                            RolloutPhase.ROLLED_BACK,
                            RolloutPhase.ROLLED_BACK,
                            RolloutReason.STARTED,
                            CONFIGURATION,
                            "'" + candidate + "' was rolled back before; a reset that names it lets it start again",
                            now);
        }
        draft.to(RolloutPhase.RUNNING, RolloutReason.STARTED);
        return draft.decided(
                RAMP,
                ramp.climbs()
                        ? "The ramp of '" + candidate + "' begins at step 1 of "
                                + ramp.stages().size()
                        : "'" + candidate + "' begins at " + ceiling,
                now);
    }

    private static Share firstStage(RampSettings ramp) {
        return ramp.climbs() ? ramp.stages().get(0) : Share.ALL;
    }

    /** What stands for a state that nobody has read yet. */
    static RolloutState unread(String agent, String candidate, String salt, Share ceiling, Instant now) {
        StateDraft draft = new StateDraft(agent, candidate, now).to(RolloutPhase.HOLD, RolloutReason.STATE_REFUSED);
        draft.salt = salt;
        draft.ceiling = ceiling;
        return draft.done();
    }

    /** What stands for a state that cannot be read: nobody gets the candidate. It is never written. */
    static RolloutState refused(
            String agent, String candidate, @Nullable String salt, Share ceiling, String why, Instant now) {
        StateDraft draft = new StateDraft(agent, candidate, now).to(RolloutPhase.HOLD, RolloutReason.STATE_REFUSED);
        draft.salt = salt;
        draft.ceiling = ceiling;
        return draft.decided(RAMP, why, now);
    }

    // What follows from what is seen

    /** Returns the state that follows, or null where everything stays as it is. At most one step is climbed at a time. */
    static @Nullable RolloutState next(RolloutState state, Sight sight) {
        if (state.reason() == RolloutReason.STATE_REFUSED) {
            return null;
        }
        if (!sight.allowed()) {
            return switchedOff(state, sight);
        }
        if (state.phase() == RolloutPhase.OFF) {
            return switchedOn(state, sight);
        }
        // The steps before the ceiling: without them, a new ceiling would be reached at once.
        RolloutState restaged = restaged(state, sight);
        if (restaged != null) {
            return restaged;
        }
        if (!state.ceiling().equals(sight.ceiling())) {
            return manual(state, sight);
        }
        if (state.dismissed()) {
            return dismissed(state, sight);
        }
        return switch (state.phase()) {
            case OFF, ROLLED_BACK -> null;
            case QUARANTINED -> judged(state, sight);
            case HOLD -> held(state, sight);
            case RUNNING -> running(state, sight);
            case COMPLETED -> against(state, sight);
        };
    }

    private static @Nullable RolloutState switchedOff(RolloutState state, Sight sight) {
        if (state.phase() == RolloutPhase.OFF || state.phase() == RolloutPhase.ROLLED_BACK) {
            return null;
        }
        StateDraft draft = state.draft().seen(sight);
        draft.phaseBeforeOff = state.phase();
        draft.reasonBeforeOff = state.reason();
        return draft.to(RolloutPhase.OFF, RolloutReason.KILL_SWITCH)
                .decided(CONFIGURATION, "use_finetuned is false; the evidence is kept", sight.now());
    }

    /** Goes back to where it was, unless calls that were in flight have told enough meanwhile. */
    private static RolloutState switchedOn(RolloutState state, Sight sight) {
        StateDraft draft = state.draft().seen(sight);
        if (sight.alarmed() && state.phaseBeforeOff() != RolloutPhase.QUARANTINED && !isEmpty(state)) {
            return quarantined(draft, sight);
        }
        return draft.to(state.phaseBeforeOff(), state.reasonBeforeOff())
                .decided(RolloutReason.SWITCHED_ON, CONFIGURATION, "use_finetuned is true again", sight.now());
    }

    /** A person has set the percentage: the ramp holds until a person lets it go on. */
    private static RolloutState manual(RolloutState state, Sight sight) {
        StateDraft draft = state.draft().seen(sight);
        draft.ceiling = sight.ceiling();
        String detail = "The percentage was set from " + state.ceiling() + " to " + sight.ceiling();
        boolean holds = sight.ramp().climbs()
                && (state.phase() == RolloutPhase.RUNNING
                        || (state.phase() == RolloutPhase.HOLD && state.reason() == RolloutReason.NO_DATA));
        if (holds) {
            draft.to(RolloutPhase.HOLD, RolloutReason.MANUAL);
            detail += "; the ramp holds until it is resumed";
        } else if (state.phase() == RolloutPhase.RUNNING) {
            draft.to(RolloutPhase.RUNNING, RolloutReason.MANUAL);
        }
        return draft.decided(RolloutReason.MANUAL, CONFIGURATION, detail, sight.now());
    }

    /** A person has changed the steps: the candidate keeps what it has reached as far as a step allows it. */
    private static @Nullable RolloutState restaged(RolloutState state, Sight sight) {
        if (state.phase() == RolloutPhase.QUARANTINED || state.phase() == RolloutPhase.ROLLED_BACK) {
            return null;
        }
        List<Share> stages = sight.stages();
        if (isEmpty(state)) {
            // A person re-armed it, perhaps by the command line, which does not know the steps.
            return state.phase() == RolloutPhase.RUNNING
                    ? state.draft()
                            .seen(sight)
                            .toStep(0, stages.get(0), sight.now())
                            .decided(RolloutReason.STARTED, RAMP, begins(sight, stages), sight.now())
                    : null;
        }
        if (state.step() < stages.size() && stages.get(state.step()).equals(state.stage())) {
            return null;
        }
        Share reached = state.stage().compareTo(state.ceiling()) < 0 ? state.stage() : state.ceiling();
        int step = 0;
        while (step + 1 < stages.size() && stages.get(step + 1).compareTo(reached) <= 0) {
            step++;
        }
        StateDraft draft = state.draft().seen(sight).toStep(step, stages.get(step), sight.now());
        draft.ceiling = sight.ceiling();
        boolean waits = state.phase() == RolloutPhase.HOLD
                && state.reason() != RolloutReason.SRM
                && state.reason() != RolloutReason.SUSPECT;
        boolean complete = sight.ramp().climbs() && step == stages.size() - 1;
        if ((state.phase() == RolloutPhase.COMPLETED && !complete)
                || (waits && !sight.ramp().climbs())) {
            draft.to(RolloutPhase.RUNNING, RolloutReason.MANUAL);
        }
        return draft.decided(
                RolloutReason.MANUAL,
                CONFIGURATION,
                sight.ramp().climbs()
                        ? "The steps were changed; it stands at step " + (step + 1) + " of " + stages.size()
                        : "The ramp was taken out; the percentage is " + sight.ceiling(),
                sight.now());
    }

    private static String begins(Sight sight, List<Share> stages) {
        return sight.ramp().climbs() ? "The ramp begins at step 1 of " + stages.size() : "Begins at " + sight.ceiling();
    }

    private static boolean isEmpty(RolloutState state) {
        return state.stage().equals(Share.NONE);
    }

    /** From here on only what comes on top of what a person has seen is suspicious. */
    private static RolloutState dismissed(RolloutState state, Sight sight) {
        StateDraft draft = state.draft();
        draft.dismissed = false;
        draft.suspicionFloor = Math.max(0, sight.logStrictWealth());
        draft.splitFloor = sight.leaked() ? Double.POSITIVE_INFINITY : Math.max(0, sight.splitLogWealth());
        return draft.done();
    }

    /** What speaks against the candidate, the worst first. */
    private static @Nullable RolloutState against(RolloutState state, Sight sight) {
        if (isEmpty(state)) {
            return null; // nobody is on it
        }
        if (sight.alarmed()) {
            return quarantined(state.draft().seen(sight), sight);
        }
        boolean maySuspect = state.phase() != RolloutPhase.HOLD || state.reason() == RolloutReason.NO_DATA;
        if (!maySuspect) {
            return null;
        }
        boolean leaked = sight.leaked() && state.splitFloor() != Double.POSITIVE_INFINITY;
        if (leaked || sight.splitLogWealth() >= state.splitFloor() + SPLIT_ALARM) {
            return state.draft()
                    .seen(sight)
                    .to(RolloutPhase.HOLD, RolloutReason.SRM)
                    .decided(
                            GUARD,
                            leaked
                                    ? "A unit was seen on an arm that was closed; no comparison can be trusted"
                                    : "The split is not the intended one (wealth " + wealth(sight.splitLogWealth())
                                            + ", 1,000 is an alarm); no comparison can be trusted",
                            sight.now());
        }
        if (sight.logStrictWealth() >= state.suspicionFloor() + SUSPICION) {
            return state.draft()
                    .seen(sight)
                    .to(RolloutPhase.HOLD, RolloutReason.SUSPECT)
                    .decided(
                            GUARD,
                            "Without any allowance, the evidence against it is " + wealth(sight.logStrictWealth())
                                    + " (20 is a suspicion): " + strongest(sight),
                            sight.now());
        }
        return null;
    }

    private static RolloutState quarantined(StateDraft draft, Sight sight) {
        draft.firedBy = sight.strongest();
        return draft.to(RolloutPhase.QUARANTINED, RolloutReason.GUARD)
                .decided(
                        GUARD,
                        strongest(sight) + "; the next " + QUARANTINE_CALLS
                                + " calls of the baseline tell whether it was the candidate's fault",
                        sight.now());
    }

    private static @Nullable RolloutState judged(RolloutState state, Sight sight) {
        Sight.Watch watch = sight.watch();
        if (watch.calls() < QUARANTINE_CALLS && watch.time().compareTo(QUARANTINE_TIME) < 0) {
            return null;
        }
        StateDraft draft = state.draft().seen(sight);
        String baseline = watch.bad() + " of the baseline's " + watch.calls() + " calls since then were bad";
        if (watch.bad() < SHARED_BAD) {
            return draft.to(RolloutPhase.ROLLED_BACK, RolloutReason.GUARD)
                    .decided(
                            GUARD,
                            baseline + ": it was the candidate; only a reset that names it lets it start again",
                            sight.now());
        }
        if (state.degradations() >= MOST_DEGRADATIONS) {
            return draft.to(RolloutPhase.ROLLED_BACK, RolloutReason.GUARD)
                    .decided(
                            GUARD,
                            baseline + ", but it is the third time; only a reset that names it lets it start again",
                            sight.now());
        }
        draft.degradations++;
        draft.stage = Share.NONE;
        return draft.to(RolloutPhase.HOLD, RolloutReason.SHARED_DEGRADATION)
                .decided(
                        GUARD,
                        baseline + ": the trouble is shared; " + RECOVERY_GOOD
                                + " good ones let the candidate begin again",
                        sight.now());
    }

    private static @Nullable RolloutState held(RolloutState state, Sight sight) {
        if (state.reason() == RolloutReason.SHARED_DEGRADATION) {
            return recovered(state, sight);
        }
        RolloutState worse = against(state, sight);
        if (worse != null) {
            return worse;
        }
        if (state.reason() == RolloutReason.NO_DATA && sight.candidate().calls() > state.callsAtChange()) {
            return state.draft()
                    .seen(sight)
                    .to(RolloutPhase.RUNNING, RolloutReason.DATA_AGAIN)
                    .decided(RAMP, "Calls of the candidate are seen again", sight.now());
        }
        return null;
    }

    private static @Nullable RolloutState recovered(RolloutState state, Sight sight) {
        Sight.Watch watch = sight.watch();
        if (watch.bad() >= SHARED_BAD || watch.calls() - watch.bad() < RECOVERY_GOOD) {
            return null;
        }
        List<Share> stages = sight.stages();
        int degradations = state.degradations();
        StateDraft draft = state.draft().forget(sight.now()).toStep(0, stages.get(0), sight.now());
        draft.degradations = degradations;
        return draft.to(RolloutPhase.RUNNING, RolloutReason.RECOVERED)
                .decided(
                        GUARD,
                        (watch.calls() - watch.bad()) + " of the baseline's " + watch.calls()
                                + " calls were good; the candidate begins again, without evidence",
                        sight.now());
    }

    private static @Nullable RolloutState running(RolloutState state, Sight sight) {
        RolloutState worse = against(state, sight);
        if (worse != null) {
            return worse;
        }
        RampSettings ramp = sight.ramp();
        if (!ramp.climbs()) {
            return null;
        }
        boolean serves = state.share().compareTo(Share.NONE) > 0;
        if (serves && sight.silence().compareTo(ramp.noDataGrace()) > 0) {
            return state.draft()
                    .seen(sight)
                    .to(RolloutPhase.HOLD, RolloutReason.NO_DATA)
                    .decided(
                            RAMP,
                            "No call of the candidate has ended for " + spell(ramp.noDataGrace())
                                    + ", which speaks neither for nor against it",
                            sight.now());
        }
        int step = state.step();
        long calls = sight.candidate().calls() - state.callsAtStep();
        boolean held = sight.dwell().compareTo(ramp.hold(step)) >= 0;
        boolean last = step == ramp.stages().size() - 1;
        boolean enough = serves && held && calls >= ramp.minCalls(step);
        if (enough && (last || !ramp.gated(step + 1) || sight.passes())) {
            return passed(state, sight, RolloutReason.PASSED, calls);
        }
        boolean old = Duration.between(state.stepSince(), sight.now()).compareTo(ramp.maxDuration()) > 0;
        return old && held && serves ? inconclusive(state, sight, calls) : null;
    }

    private static RolloutState passed(RolloutState state, Sight sight, RolloutReason why, long calls) {
        List<Share> stages = sight.stages();
        int step = state.step();
        StateDraft draft = state.draft().seen(sight);
        String detail = "Step " + (step + 1) + " of " + stages.size() + " at " + stages.get(step) + " lasted "
                + spell(sight.dwell()) + " with " + calls + " calls";
        if (step == stages.size() - 1) {
            return draft.to(RolloutPhase.COMPLETED, why)
                    .decided(RAMP, detail + "; it was the last, and the guard stays", sight.now());
        }
        return draft.to(RolloutPhase.RUNNING, why)
                .toStep(step + 1, stages.get(step + 1), sight.now())
                .decided(RAMP, detail, sight.now());
    }

    private static @Nullable RolloutState inconclusive(RolloutState state, Sight sight, long calls) {
        RampSettings ramp = sight.ramp();
        return switch (ramp.inconclusive()) {
            case PROMOTE -> passed(state, sight, RolloutReason.INCONCLUSIVE, calls);
            case HOLD ->
                state.draft()
                        .seen(sight)
                        .to(RolloutPhase.HOLD, RolloutReason.INCONCLUSIVE)
                        .decided(RAMP, tooOld(state, ramp, calls) + "; a person decides", sight.now());
            case ROLLBACK ->
                state.draft()
                        .seen(sight)
                        .to(RolloutPhase.ROLLED_BACK, RolloutReason.INCONCLUSIVE)
                        .decided(RAMP, tooOld(state, ramp, calls), sight.now());
        };
    }

    private static String tooOld(RolloutState state, RampSettings ramp, long calls) {
        return "Step " + (state.step() + 1) + " is older than " + spell(ramp.maxDuration())
                + " without a verdict, with " + calls + " calls";
    }

    // What a person wants

    /** A person holds the ramp where it is. */
    static RolloutState held(RolloutState state, String by, Instant now) {
        RolloutPhase where = state.phase() == RolloutPhase.OFF ? state.phaseBeforeOff() : state.phase();
        if (where != RolloutPhase.RUNNING && where != RolloutPhase.HOLD) {
            throw new IllegalStateException("Rollout of " + name(state) + " is " + state.phase()
                    + ": there is nothing to hold; set the percentage to change its share");
        }
        if ((state.phase() == RolloutPhase.OFF ? state.reasonBeforeOff() : state.reason()) == RolloutReason.HELD) {
            return state;
        }
        StateDraft draft = state.draft();
        if (state.phase() == RolloutPhase.OFF) {
            draft.phaseBeforeOff = RolloutPhase.HOLD;
            draft.reasonBeforeOff = RolloutReason.HELD;
        } else {
            draft.to(RolloutPhase.HOLD, RolloutReason.HELD);
        }
        return draft.decided(RolloutReason.HELD, by, "Held by " + by + " at " + state.share(), now);
    }

    /** A person lets the ramp go on. */
    static RolloutState resumed(RolloutState state, String by, Instant now) {
        boolean off = state.phase() == RolloutPhase.OFF;
        if ((off ? state.phaseBeforeOff() : state.phase()) != RolloutPhase.HOLD
                || state.reason() == RolloutReason.STATE_REFUSED) {
            throw new IllegalStateException("Rollout of " + name(state) + " is " + state.phase()
                    + ": there is nothing to resume"
                    + (state.phase() == RolloutPhase.ROLLED_BACK ? "; reset it by name to start again" : ""));
        }
        StateDraft draft = state.draft();
        if (isEmpty(state)) {
            int degradations = state.degradations();
            draft.forget(now).degradations = degradations;
            draft.step = 0;
        }
        draft.dismissed = true;
        if (off) {
            draft.phaseBeforeOff = RolloutPhase.RUNNING;
            draft.reasonBeforeOff = RolloutReason.RESUMED;
        } else {
            draft.to(RolloutPhase.RUNNING, RolloutReason.RESUMED);
        }
        draft.stepSince = now;
        return draft.decided(RolloutReason.RESUMED, by, "Resumed by " + by, now);
    }

    /**
     * A person re-arms the rollout of a candidate: from the first step, without evidence. It is the candidate that stands
     * there, or one that was rolled back before.
     *
     * @param state where it stands, or null where nothing is known
     */
    static RolloutState reset(String agent, @Nullable RolloutState state, String candidate, String by, Instant now) {
        if (state == null) {
            return new StateDraft(agent, candidate, now)
                    .to(RolloutPhase.RUNNING, RolloutReason.RESET)
                    .decided(by, "Reset by " + by + ": the ramp begins when a registry takes it up", now);
        }
        StateDraft draft = state.draft();
        if (!state.candidate().equals(candidate)) {
            if (!draft.latched.remove(candidate)) {
                throw new IllegalStateException("Rollout of agent '" + agent + "' is about '" + state.candidate()
                        + "', and '" + candidate + "' was not rolled back; name the one that is to start again");
            }
            return draft.decided(
                    candidate,
                    RolloutPhase.ROLLED_BACK,
                    RolloutPhase.OFF,
                    RolloutReason.RESET,
                    by,
                    "Reset by " + by + ": it may start again when it is the candidate again",
                    now);
        }
        draft.forget(now).toStep(0, Share.NONE, now);
        if (state.phase() == RolloutPhase.OFF) {
            draft.phaseBeforeOff = RolloutPhase.RUNNING;
            draft.reasonBeforeOff = RolloutReason.RESET;
        } else {
            draft.to(RolloutPhase.RUNNING, RolloutReason.RESET);
        }
        return draft.decided(RolloutReason.RESET, by, "Reset by " + by + ": it begins again without evidence", now);
    }

    // Words

    private static String name(RolloutState state) {
        return "'" + state.candidate() + "' for agent '" + state.agent() + "'";
    }

    private static String strongest(Sight sight) {
        Guard guard = sight.strongest();
        for (GuardEvidence each : sight.evidence()) {
            if (each.guard() == guard) {
                return guard.words() + ", " + each.bad() + " of " + each.total() + " (wealth "
                        + wealth(each.logWealth()) + ")";
            }
        }
        return guard.words();
    }

    private static String wealth(double log) {
        return log > 20 ? "more than 100,000,000" : String.format(Locale.ROOT, "%,.1f", Math.exp(log));
    }

    /** To the second: the rest would be noise. */
    private static String spell(Duration time) {
        return Bounds.spell(time.toMillis() < 1000 ? time : Duration.ofSeconds(time.toSeconds()));
    }
}
