package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.time.Waiting;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Watches an agent's candidate, call by call, and takes it away in the instant in which the evidence suffices. One for each
 * agent and candidate; it outlives configurations. Thread-safe; without locks as long as calls are good.
 */
public final class RolloutGuard {

    private volatile GuardSettings settings;

    /**
     * Starts without evidence.
     *
     * @param settings what the candidate may not do
     * @param inForce closed before {@code alarm} is called
     * @param waiting the clock
     * @param alarm called when the evidence suffices, once until {@link #reset()}, by whichever thread saw it, outside locks
     */
    public RolloutGuard(GuardSettings settings, ShareInForce inForce, Waiting waiting, Runnable alarm) {
        this.settings = settings;
    }

    /**
     * Goes on with other settings; what was counted stays.
     *
     * @param changed what the candidate may not do from now on
     */
    public void reconfigure(GuardSettings changed) {
        settings = changed;
    }

    /**
     * Counts calls in flight that have passed a limit, and looks at the evidence; for the ramp's tick.
     *
     * @param nowNanos a reading of the clock
     */
    public void lookForSlow(long nowNanos) {}

    /**
     * Returns what each guard holds against the candidate.
     *
     * @return one entry for each guard that is configured
     */
    public List<GuardEvidence> evidence() {
        return List.of();
    }

    /**
     * Returns the evidence of all guards together, at the configured allowance.
     *
     * @return the logarithm of the mean of their wealth; at {@code ln 100} the candidate is taken away; 0 where the guard is
     *     not enabled
     */
    public double logWealth() {
        return 0;
    }

    /**
     * Returns the evidence of all guards together without any allowance.
     *
     * @return the logarithm of the mean of their wealth; {@code ln 20} is a suspicion; 0 where the guard is not enabled
     */
    public double logStrictWealth() {
        return 0;
    }

    /**
     * Says whether there is evidence that the candidate keeps its limits.
     *
     * @return whether that of each limit is at least 20; true where the guard is not enabled
     */
    public boolean passes() {
        return !settings.enabled();
    }

    /**
     * Returns which guard holds most against the candidate.
     *
     * @return the guard with the greatest wealth
     */
    public Guard strongest() {
        return Guard.ERROR_CAP;
    }

    /**
     * Says whether the evidence sufficed.
     *
     * @return whether the alarm was given since the start or the latest {@link #reset()}
     */
    public boolean alarmed() {
        return false;
    }

    /**
     * Returns the evidence that units are not dealt as intended.
     *
     * @return the logarithm of the wealth; an alarm at {@code ln 1000}
     */
    public double splitLogWealth() {
        return 0;
    }

    /**
     * Says whether a unit was on an arm that was closed.
     *
     * @return whether that happened
     */
    public boolean leaked() {
        return false;
    }

    /**
     * Returns how many units were dealt to an arm, as far as they were counted.
     *
     * @return units of both arms
     */
    public long exposures() {
        return 0;
    }

    /**
     * Returns how many units were dealt to the candidate, as far as they were counted.
     *
     * @return units of the candidate
     */
    public long candidateExposures() {
        return 0;
    }

    /**
     * Returns what was seen of the baseline.
     *
     * @return calls, errors, slow ones
     */
    public ArmCounts baseline() {
        return ArmCounts.NONE;
    }

    /**
     * Returns what was seen of the candidate.
     *
     * @return calls, errors, slow ones
     */
    public ArmCounts candidate() {
        return ArmCounts.NONE;
    }

    /**
     * Returns when a result of the candidate was last seen.
     *
     * @return a reading of the registry's clock, up to a second too early; empty before the first
     */
    public OptionalLong lastCandidateNanos() {
        return OptionalLong.empty();
    }

    /**
     * Watches the baseline's next calls; ends an earlier watch.
     *
     * @param fired which limit they are held against
     * @param calls how many
     * @param whenSeen called once all of them have been seen, by the thread of the last; it must not block
     * @return what is seen
     */
    public BaselineWatch watchBaseline(Guard fired, int calls, Runnable whenSeen) {
        return new BaselineWatch(fired, calls, whenSeen);
    }

    /**
     * Says that another share is in force: the evidence on the split so far is closed, and multiplied with what follows.
     *
     * @param next the share from now on
     */
    public void closeStep(Share next) {}

    /**
     * Returns what a restart must not forget.
     *
     * @return entries for {@link #restore}
     */
    public SortedMap<String, String> save() {
        return new TreeMap<>();
    }

    /**
     * Goes on where another left off; to be called before the first call.
     *
     * @param saved what its {@link #save()} said; other entries are left alone
     * @throws IllegalArgumentException if that cannot be read
     */
    public void restore(SortedMap<String, String> saved) {}

    /** Forgets all evidence against the candidate, and arms the alarm again. Calls in flight belong to what was. */
    public void reset() {}
}
