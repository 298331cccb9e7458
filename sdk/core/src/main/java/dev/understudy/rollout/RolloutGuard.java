package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.time.Waiting;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Watches an agent's candidate, call by call, and takes it away in the instant in which the evidence suffices. One for each
 * agent and candidate; it outlives configurations. Thread-safe; without locks as long as calls are good.
 *
 * <p>It holds four things against a candidate ({@link Guard}), each as an e-process, and decides by their mean. How much memory
 * that takes is bounded: about 60 KB, at most 100 KB when thousands of units were seen in trouble.
 */
public final class RolloutGuard {

    private static final String VERSION = "guard.version";
    private static final String CURRENT = "1";

    private final long originNanos;
    private final ShareInForce inForce;
    private final Runnable enough;
    /** One change of settings or trial at a time. */
    private final ReentrantLock changing = new ReentrantLock();

    private volatile BaselineTrail trail = new BaselineTrail();
    private volatile Limits limits;
    private volatile Trial trial;

    /**
     * Starts without evidence.
     *
     * @param settings what the candidate may not do
     * @param inForce closed before {@code alarm} is called
     * @param waiting the clock
     * @param alarm called when the evidence suffices, once until {@link #reset()}, by whichever thread saw it, outside locks; it
     *     must neither block nor throw
     */
    public RolloutGuard(GuardSettings settings, ShareInForce inForce, Waiting waiting, Runnable alarm) {
        this.originNanos = waiting.nanoTime();
        this.inForce = inForce;
        this.enough = () -> {
            inForce.close();
            alarm.run();
        };
        this.limits = new Limits(settings);
        this.trial = new Trial(originNanos, limits, trail, enough);
    }

    /**
     * Goes on with other settings; what was counted stays.
     *
     * @param changed what the candidate may not do from now on
     */
    public void reconfigure(GuardSettings changed) {
        changing.lock();
        try {
            if (!changed.equals(limits.settings())) {
                limits = new Limits(changed);
                trial.reconfigure(limits);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Returns what a call belongs to that begins now. */
    Trial trial() {
        return trial;
    }

    /** Whether nobody is on the candidate, so that a call of the baseline stands for any. */
    boolean isNobody() {
        return inForce.thousandths() == 0;
    }

    /**
     * Counts calls in flight that have passed a limit, and looks at the evidence; for the ramp's tick.
     *
     * @param nowNanos a reading of the clock
     */
    public void lookForSlow(long nowNanos) {
        trial.lookForSlow(nowNanos);
    }

    /**
     * Returns what each guard holds against the candidate.
     *
     * @return one entry for each guard that is configured
     */
    public List<GuardEvidence> evidence() {
        return trial.evidence();
    }

    /**
     * Returns the evidence of all guards together, at the configured allowance.
     *
     * @return the logarithm of the mean of their wealth; at {@code ln 100} the candidate is taken away; 0 where the guard is
     *     not enabled
     */
    public double logWealth() {
        return trial.logWealth();
    }

    /**
     * Returns the evidence of all guards together without any allowance.
     *
     * @return the logarithm of the mean of their wealth; {@code ln 20} is a suspicion; 0 where the guard is not enabled
     */
    public double logStrictWealth() {
        return trial.logStrictWealth();
    }

    /**
     * Says whether there is evidence that the candidate keeps its limits.
     *
     * @return whether that of each limit is at least 20; true where the guard is not enabled
     */
    public boolean passes() {
        return trial.passes();
    }

    /**
     * Returns which guard holds most against the candidate.
     *
     * @return the guard with the greatest wealth
     */
    public Guard strongest() {
        return evidence().stream()
                .max(Comparator.comparingDouble(GuardEvidence::logWealth))
                .map(GuardEvidence::guard)
                .orElseThrow();
    }

    /**
     * Says whether the evidence sufficed.
     *
     * @return whether the alarm was given since the start or the latest {@link #reset()}
     */
    public boolean alarmed() {
        return trial.alarmed();
    }

    /**
     * Returns the evidence that units are not dealt as intended.
     *
     * @return the logarithm of the wealth; an alarm at {@code ln 1000}
     */
    public double splitLogWealth() {
        return trial.split().logWealth();
    }

    /**
     * Says whether a unit was on an arm that was closed.
     *
     * @return whether that happened
     */
    public boolean leaked() {
        return trial.split().leaked();
    }

    /**
     * Returns how many units were dealt to an arm, as far as they were counted.
     *
     * @return units of both arms
     */
    public long exposures() {
        return trial.split().exposures();
    }

    /**
     * Returns which part of them should have been dealt to the candidate: the mean of the shares that dealt them.
     *
     * @return 0 to 1; 0 before the first
     */
    public double intendedShare() {
        return trial.split().intendedShare();
    }

    /**
     * Returns how many units were dealt to the candidate, as far as they were counted.
     *
     * @return units of the candidate
     */
    public long candidateExposures() {
        return trial.split().candidateExposures();
    }

    /**
     * Returns what was seen of the baseline.
     *
     * @return calls, errors, slow ones
     */
    public ArmCounts baseline() {
        return trial.baseline();
    }

    /**
     * Returns what was seen of the candidate.
     *
     * @return calls, errors, slow ones
     */
    public ArmCounts candidate() {
        return trial.candidate();
    }

    /**
     * Returns when a result of the candidate was last seen.
     *
     * @return a reading of the registry's clock, up to a second too early; empty before the first
     */
    public OptionalLong lastCandidateNanos() {
        return trial.lastCandidateNanos();
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
        BaselineWatch watch = new BaselineWatch(fired, calls, whenSeen);
        trial.watchBaseline(watch);
        return watch;
    }

    /**
     * Says that another share is in force: the evidence on the split so far is closed, and multiplied with what follows. Where
     * nobody says so, the first unit that is dealt by another share does.
     *
     * @param next the share from now on
     */
    public void closeStep(Share next) {
        trial.split().closeStep(next.thousandths());
    }

    /**
     * Returns what a restart must not forget.
     *
     * @return entries for {@link #restore}
     */
    public SortedMap<String, String> save() {
        SortedMap<String, String> entries = new TreeMap<>();
        entries.put(VERSION, CURRENT);
        trail.save(entries);
        trial.save(entries);
        return entries;
    }

    /**
     * Goes on where another left off; to be called before the first call. Where its alarm had been given, the share in force is
     * closed again, and the alarm is not repeated. Evidence on the split is not saved: it begins anew.
     *
     * @param saved what its {@link #save()} said, among other entries; without any of its own, nothing happens
     * @throws IllegalArgumentException if that cannot be read; then nothing has changed
     */
    public void restore(SortedMap<String, String> saved) {
        Map<String, String> entries = Map.copyOf(saved);
        if (!entries.containsKey(VERSION)) {
            return;
        }
        if (!CURRENT.equals(entries.get(VERSION))) {
            throw new IllegalArgumentException("The saved evidence is of another version than " + CURRENT);
        }
        BaselineTrail restoredTrail = new BaselineTrail();
        restoredTrail.restore(entries);
        Trial restored = Trial.restored(originNanos, limits, restoredTrail, enough, entries);
        trail = restoredTrail;
        trial = restored;
        if (restored.alarmed()) {
            inForce.close();
        }
    }

    /** Forgets all evidence against the candidate, and arms the alarm again. Calls in flight belong to what was. */
    public void reset() {
        changing.lock();
        try {
            trial = new Trial(originNanos, limits, trail, enough);
        } finally {
            changing.unlock();
        }
    }
}
