package dev.understudy.rollout;

import dev.understudy.call.ChatCall;
import dev.understudy.call.Lookout;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.ChangeTest;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.evidence.LimitTest;
import dev.understudy.evidence.Wealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The evidence on a candidate between two resets. A call belongs to the trial that it began in, whenever it ends. Thread-safe; a
 * good call takes no lock and makes no object.
 *
 * <p><b>What counts.</b> One logical call is one observation, on the arm that it was assigned to. A candidate that the baseline
 * rescued failed, and the rescue is no observation of the baseline. Neutral are calls that the caller cancelled or asked
 * wrongly, that memory or another call's flight answered, that we refused before the wire, and a 429: it speaks of pace or
 * credit, and closes the limiter or the breaker, whoever's quota it is. Whatever has taken longer than a limit was slow, though, even
 * if it then ends as neutral. So was, where there is a limit, a candidate that a hedge outran again and again after longer than its own
 * usual time: how long it would have taken nobody knows, and its callers' quick answers say nothing for it.
 *
 * <p><b>Counters.</b> A good call adds to {@link #good} alone, which is striped. Bad ones are counted one by one; totals are
 * sums, bad first, so that nobody ever reads more bad calls than calls. The evidence is computed when a bad observation
 * arrives: a good one cannot raise it.
 */
final class Trial implements InFlight.Passing, Lookout {

    static final double LOG_ENOUGH = Math.log(100);
    private static final double LOG_PASS = Math.log(20);
    /** How often the instant of the latest result is noted, at most: every call would write to the same cache line. */
    private static final long NOTED_EVERY_NANOS = 1_000_000_000;

    private static final String ALARMED = "guard.alarmed";
    private static final String CANDIDATE = "guard.candidate";
    private static final String BASELINE_BEFORE = "guard.baseline.before";
    private static final String LATELY = "guard.lately";
    private static final String FAILED_UNITS = "guard.failed";
    private static final String SLOW_UNITS = "guard.slow";

    private final long originNanos;
    private final BaselineTrail trail;
    private final Runnable enough;
    private final InFlight inFlight = new InFlight();
    private final SplitCheck split = new SplitCheck();
    private final AffectedUnits failedUnits;
    private final AffectedUnits slowUnits;
    private final ArmCounts baselineBefore;
    private final AtomicBoolean alarmed = new AtomicBoolean();
    private volatile Limits limits;
    private volatile @Nullable BaselineWatch watch;

    /** Calls of the candidate that ended neither slow nor failed. */
    private final LongAdder good = new LongAdder();
    /** Passed the limit, in flight or at their end, or failed: what the limit counts. */
    private final AtomicLong overLimit = new AtomicLong();
    /** Passed the limit, in flight or at their end. */
    private final AtomicLong slow = new AtomicLong();

    private final AtomicLong failed = new AtomicLong();
    /** Ended well, but slow: with those that failed and the good ones, all that have ended. */
    private final AtomicLong lateAnswers = new AtomicLong();

    /** The latest calls, as the limit counts them: however many good ones came before. */
    private final Streak slowLately = new Streak();

    private final Streak failedLately = new Streak();

    /** Whether the candidate's latest call was late, by the limit or by its own measure. */
    private volatile boolean lateBefore;

    private volatile boolean candidateSeen;
    private volatile long lastCandidateNanos;

    /**
     * Begins without evidence.
     *
     * @param originNanos from when instants are counted
     * @param limits what the candidate may not do
     * @param trail what is known of the baseline; its counts so far do not belong to this trial
     * @param enough what happens when the evidence suffices; once
     */
    Trial(long originNanos, Limits limits, BaselineTrail trail, Runnable enough) {
        this(originNanos, limits, trail, enough, trail.counts(), new AffectedUnits(), new AffectedUnits());
    }

    private Trial(
            long originNanos,
            Limits limits,
            BaselineTrail trail,
            Runnable enough,
            ArmCounts baselineBefore,
            AffectedUnits failedUnits,
            AffectedUnits slowUnits) {
        this.originNanos = originNanos;
        this.limits = limits;
        this.trail = trail;
        this.enough = enough;
        this.baselineBefore = baselineBefore;
        this.failedUnits = failedUnits;
        this.slowUnits = slowUnits;
    }

    // The way of a call

    /** Looks at other calls, if one of them has been under way for too long; cheap where that is not so. */
    void comeBy(long nowNanos) {
        long now = nowNanos - originNanos;
        if (inFlight.isDue(now) && look(now)) {
            judge();
        }
    }

    /** A call was assigned by the share; returns its place among those in flight, or -1. */
    int begin(ChatCall call) {
        comeBy(call.startNanos());
        boolean candidate = call.variant() == Variant.CANDIDATE;
        int share = call.share();
        if (share >= 0) {
            split.expose(candidate, call.unit(), share);
        }
        Limits now = limits;
        long compared = isCompared(share) ? now.compared(candidate, trail.p95Nanos()) : InFlight.NEVER;
        int place = inFlight.enter(
                candidate,
                call.unit(),
                share,
                call.startNanos() - originNanos,
                candidate ? now.nanos() : InFlight.NEVER,
                compared);
        if (place >= 0) {
            call.isSeenBy(this, place);
        }
        return place;
    }

    /** The call was answered, by whomever. */
    void answered(ChatCall call, int place) {
        FailureKind rescued = call.degradedBecause();
        if (rescued != null) {
            over(call, place, rescued, call.answeredNanos());
        } else if (call.cache() == CacheStatus.HIT || call.cache() == CacheStatus.SHARED) {
            inFlight.leave(place);
        } else {
            over(call, place, null, call.answeredNanos());
        }
    }

    /** The call was not answered. */
    void failed(ChatCall call, int place, FailureKind kind) {
        FailureKind first = call.degradedBecause();
        over(call, place, first != null ? first : kind, call.answeredNanos());
    }

    private void over(ChatCall call, int place, @Nullable FailureKind kind, long nowNanos) {
        int marks = inFlight.leave(place);
        boolean neutral = kind != null && isNeutral(kind, call);
        boolean bad = kind != null && !neutral;
        boolean timedOut = bad && kind == FailureKind.TIMEOUT;
        long took = nowNanos - call.startNanos();
        boolean candidate = call.variant() == Variant.CANDIDATE;
        Limits now = limits;
        boolean late =
                !call.follows() && (took > now.nanos() || ((timedOut || isOutrunAgain(call, kind)) && now.hasLimit()));
        boolean sawSomething = false;

        int share = call.share();
        if (isCompared(share)) {
            long compared = now.compared(candidate, trail.p95Nanos());
            if (!call.follows()
                    && (marks & InFlight.COMPARED) == 0
                    && (took > compared || (timedOut && compared != InFlight.NEVER))) {
                sawSomething = slowUnits.add(candidate, call.unit(), share, 1);
            }
            if (bad) {
                sawSomething |= failedUnits.add(candidate, call.unit(), share, now.errorOdds(trail.rate()));
            }
        }
        if (candidate) {
            noteLate(kind == FailureKind.OUTRUN ? call.isSlowForItself() : late || (marks & InFlight.LIMIT) != 0);
            sawSomething |= candidateOver(now, neutral, bad, late, (marks & InFlight.LIMIT) != 0);
            if (!neutral) {
                note(nowNanos);
            }
        } else if (!neutral) {
            watched(took, bad, late);
            if (trail.record(took, bad, timedOut, late)) {
                inFlight.lookSoon(); // what calls under way are compared with may have become less
            }
        }
        if (sawSomething) {
            judge();
        }
        comeBy(nowNanos);
    }

    /**
     * Whether a hedge outran the candidate after longer than its usual time, and the candidate was late the time before, too. Once
     * says nothing: one answer in twenty is slower than 95 of 100. Twice in a row is one in four hundred.
     */
    private boolean isOutrunAgain(ChatCall call, @Nullable FailureKind kind) {
        return kind == FailureKind.OUTRUN && call.isSlowForItself() && lateBefore;
    }

    private void noteLate(boolean late) {
        if (lateBefore != late) {
            lateBefore = late;
        }
    }

    private boolean candidateOver(Limits now, boolean neutral, boolean bad, boolean late, boolean known) {
        if (!neutral && !bad && !late && !known) {
            good.increment();
            slowLately.count(now.turnedSlow(), false);
            failedLately.count(now.turnedFailing(), false);
            return false;
        }
        if ((late || bad) && !known) {
            overLimit.incrementAndGet();
            slowLately.count(now.turnedSlow(), true);
        }
        if (late && !known) {
            slow.incrementAndGet();
        }
        if (bad) {
            failed.incrementAndGet();
            failedLately.count(now.turnedFailing(), true);
        } else if (!neutral) {
            lateAnswers.incrementAndGet();
            failedLately.count(now.turnedFailing(), false);
        }
        return true;
    }

    private void watched(long took, boolean bad, boolean late) {
        BaselineWatch watching = watch;
        if (watching != null) {
            boolean byLimit = bad
                    || switch (watching.fired()) {
                        case LATENCY_LIMIT -> late;
                        case LATENCY_INCREASE -> took > trail.p95Nanos();
                        case ERROR_CAP, ERROR_INCREASE -> false;
                    };
            if (watching.count(byLimit)) {
                watch = null;
            }
        }
    }

    private static boolean isNeutral(FailureKind kind, ChatCall call) {
        boolean paceOrCredit = kind == FailureKind.RATE_LIMITED || kind == FailureKind.QUOTA;
        return kind.neutral() || paceOrCredit || call.follows() || call.attempts() == 0;
    }

    /** Whether the arm was drawn by chance: at none and all of the units there is nothing to compare. */
    private static boolean isCompared(int share) {
        return share > 0 && share < Buckets.COUNT;
    }

    private void note(long nowNanos) {
        if (!candidateSeen || nowNanos - lastCandidateNanos > NOTED_EVERY_NANOS) {
            lastCandidateNanos = nowNanos;
            candidateSeen = true;
        }
    }

    // Calls in flight

    /** Goes round the calls in flight, and looks at the evidence. */
    void lookForSlow(long nowNanos) {
        look(nowNanos - originNanos);
        judge();
    }

    private boolean look(long now) {
        Limits today = limits;
        long p95 = trail.p95Nanos();
        return inFlight.look(now, today.nanos(), today.compared(false, p95), today.compared(true, p95), this);
    }

    @Override
    public void passedLimit() {
        overLimit.incrementAndGet();
        slowLately.count(limits.turnedSlow(), true);
        slow.incrementAndGet();
    }

    @Override
    public void passedCompared(boolean candidate, int unit, int share) {
        slowUnits.add(candidate, unit, share, 1);
    }

    @Override
    public void lookAway(int place, boolean away) {
        inFlight.lookAway(place, away);
    }

    // The evidence

    private void judge() {
        if (!alarmed.get() && logWealth() >= LOG_ENOUGH && alarmed.compareAndSet(false, true)) {
            enough.run();
        }
    }

    boolean alarmed() {
        return alarmed.get();
    }

    double logWealth() {
        return together(false);
    }

    double logStrictWealth() {
        return together(true);
    }

    /** The mean over the guards that are configured; one that cannot say anything yet has its part in it all the same. */
    private double together(boolean strict) {
        Limits now = limits;
        if (!now.enabled()) {
            return 0;
        }
        double cap = capLogWealth(now);
        double more = strict ? failedUnits.logStrictWealth() : failedUnits.logWealth();
        double slower = strict ? slowUnits.logStrictWealth() : slowUnits.logWealth();
        return now.hasLimit()
                ? Wealth.logMeanExp(limitLogWealth(now), cap, more, slower)
                : Wealth.logMeanExp(cap, more, slower);
    }

    private double limitLogWealth(Limits now) {
        long bad = overLimit.get();
        return sinceWhenever(now.slow(), bad, bad + good.sum(), slowLately);
    }

    private double capLogWealth(Limits now) {
        long bad = failed.get();
        return sinceWhenever(now.failed(), bad, bad + lateAnswers.get() + good.sum(), failedLately);
    }

    /** Most of the wealth is put on the candidate having been bad all along, a tenth on its having turned bad at some call. */
    private static double sinceWhenever(LimitTest allAlong, long bad, long total, Streak lately) {
        return Limits.mix(allAlong.logWealth(bad, total), ChangeTest.logWealth(lately.log(), total));
    }

    boolean passes() {
        Limits now = limits;
        if (!now.enabled()) {
            return true;
        }
        long bad = failed.get();
        long over = overLimit.get();
        long well = good.sum();
        return now.failed().logPassWealth(bad, bad + lateAnswers.get() + well) >= LOG_PASS
                && (!now.hasLimit() || now.slow().logPassWealth(over, over + well) >= LOG_PASS);
    }

    List<GuardEvidence> evidence() {
        Limits now = limits;
        List<GuardEvidence> all = new ArrayList<>();
        if (now.hasLimit()) {
            long over = overLimit.get();
            long total = over + good.sum();
            double log = sinceWhenever(now.slow(), over, total, slowLately);
            all.add(new GuardEvidence(Guard.LATENCY_LIMIT, log, log, over, total));
        }
        long bad = failed.get();
        long total = bad + lateAnswers.get() + good.sum();
        double log = sinceWhenever(now.failed(), bad, total, failedLately);
        all.add(new GuardEvidence(Guard.ERROR_CAP, log, log, bad, total));
        all.add(failedUnits.evidence(Guard.ERROR_INCREASE));
        all.add(slowUnits.evidence(Guard.LATENCY_INCREASE));
        return all;
    }

    /** A call that has passed the limit is known, though it has not ended. */
    ArmCounts candidate() {
        long bad = failed.get(); // before the calls that they are among
        long late = slow.get();
        return new ArmCounts(overLimit(bad, late) + good.sum(), bad, late);
    }

    /** Whoever marked a call in flight may not have counted it yet, when its holder has counted that it failed. */
    private long overLimit(long bad, long late) {
        return Math.max(overLimit.get(), Math.max(bad, late));
    }

    ArmCounts baseline() {
        ArmCounts seen = trail.counts();
        return new ArmCounts(
                seen.calls() - baselineBefore.calls(),
                seen.errors() - baselineBefore.errors(),
                seen.slow() - baselineBefore.slow());
    }

    OptionalLong lastCandidateNanos() {
        return candidateSeen ? OptionalLong.of(lastCandidateNanos) : OptionalLong.empty();
    }

    SplitCheck split() {
        return split;
    }

    // From outside

    void reconfigure(Limits changed) {
        limits = changed;
        inFlight.lookSoon();
    }

    void watchBaseline(BaselineWatch next) {
        watch = next;
    }

    // What outlives the process

    void save(Map<String, String> entries) {
        ArmCounts before = baselineBefore;
        entries.put(ALARMED, Numbers.write(alarmed.get() ? 1 : 0));
        long bad = failed.get();
        long late = slow.get();
        entries.put(CANDIDATE, Numbers.write(good.sum(), overLimit(bad, late), late, bad, lateAnswers.get()));
        entries.put(BASELINE_BEFORE, Numbers.write(before.calls(), before.errors(), before.slow()));
        entries.put(LATELY, Numbers.write(slowLately.save(), failedLately.save()));
        failedUnits.save(FAILED_UNITS, entries);
        slowUnits.save(SLOW_UNITS, entries);
    }

    /** Goes on where a saved trial left off; the trail has been restored. */
    static Trial restored(
            long originNanos, Limits limits, BaselineTrail trail, Runnable enough, Map<String, String> entries) {
        long[] before = Numbers.read(entries, BASELINE_BEFORE, 3);
        long[] seen = Numbers.read(entries, CANDIDATE, 5);
        long given = Numbers.read(entries, ALARMED, 1)[0];
        long[] lately = Numbers.read(entries, LATELY, 2);
        ArmCounts all = trail.counts();
        if (before[0] > all.calls() || before[1] > all.errors() || before[2] > all.slow()) {
            throw new IllegalArgumentException("The saved evidence has more in '" + BASELINE_BEFORE + "' than in all");
        }
        if (seen[2] > seen[1] || seen[3] > seen[1] || given > 1) {
            throw new IllegalArgumentException(
                    "The saved evidence has no meaning at '" + CANDIDATE + "' or '" + ALARMED + "'");
        }
        Trial trial = new Trial(
                originNanos,
                limits,
                trail,
                enough,
                new ArmCounts(before[0], before[1], before[2]),
                AffectedUnits.restored(FAILED_UNITS, entries),
                AffectedUnits.restored(SLOW_UNITS, entries));
        trial.good.add(seen[0]);
        trial.overLimit.set(seen[1]);
        trial.slow.set(seen[2]);
        trial.failed.set(seen[3]);
        trial.lateAnswers.set(seen[4]);
        trial.slowLately.restore(lately[0]);
        trial.failedLately.restore(lately[1]);
        trial.alarmed.set(given == 1);
        return trial;
    }
}
