package dev.understudy.rollout;

import dev.understudy.error.FailureKind;
import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.ChangeTest;
import dev.understudy.evidence.ConfidenceSequence;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.LabelTest;
import dev.understudy.evidence.LimitTest;
import dev.understudy.evidence.Wealth;
import dev.understudy.time.DurationBuckets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The guard as the page on the arithmetic has it, for one thread, with a list of every call: what the real one must agree with. */
final class NaiveGuard {

    /** What is known of the baseline; it outlives a reset. */
    static final class Trail {
        final List<Long> latencies = new ArrayList<>();
        long calls;
        long errors;
        long tau = -1;
        double rate = 0.001;

        void add(long took, @Nullable FailureKind bad) {
            if (bad == null || bad == FailureKind.TIMEOUT) {
                latencies.add(took);
            }
            calls++;
            if (bad != null) {
                errors++;
            }
            for (long due = 125; due <= calls; due *= 2) {
                if (due == calls) {
                    rate = Math.max(
                            0.001,
                            new ConfidenceSequence(0.05).rate(errors, calls).low());
                    if (calls >= 1_000) {
                        List<Long> sorted = latencies.stream().sorted().toList();
                        int rank = (sorted.size() * 95 + 99) / 100;
                        tau = DurationBuckets.middleOf(DurationBuckets.of(sorted.get(rank - 1)));
                    }
                }
            }
        }
    }

    static final class Call {
        boolean candidate;
        int unit;
        int share;
        long start;
        boolean inFlight;
        boolean comparedInFlight;
        boolean passedLimit;
        boolean passedCompared;
    }

    private final GuardSettings settings;
    private final long limit;
    private final Trail trail;
    private final Set<Integer> failedUnits = new HashSet<>();
    private final Set<Integer> slowUnits = new HashSet<>();
    private final LabelTest failedLabels = new LabelTest();
    private final LabelTest slowLabels = new LabelTest();
    final Set<Integer> exposed = new HashSet<>();
    final List<Call> underWay = new ArrayList<>();
    long exposedCandidates;
    private long baselineCalls;
    private long baselineErrors;
    private long baselineSlow;
    private long limitBad;
    private long limitTotal;
    private long capBad;
    private long capTotal;
    private double turnedSlow;
    private double turnedFailing;
    private long slow;
    boolean alarmed;

    NaiveGuard(GuardSettings settings, Trail trail) {
        this.settings = settings;
        this.limit = settings.p95() == null ? Long.MAX_VALUE : settings.p95().toNanos();
        this.trail = trail;
    }

    private double allowed(Call call) {
        return call.candidate ? trail.tau * (1 + settings.latencyIncrease()) : trail.tau;
    }

    void begin(Call call) {
        look(call.start);
        call.comparedInFlight = trail.tau >= 0;
        underWay.add(call);
        if (exposed.add(call.unit) && call.candidate) {
            exposedCandidates++;
        }
    }

    void look(long now) {
        for (Call call : underWay) {
            long took = now - call.start;
            if (call.candidate && !call.passedLimit && took > limit) {
                call.passedLimit = true;
                slow++;
                limitBad++;
                limitTotal++;
                turnedSlow = new ChangeTest(0.05).next(turnedSlow, true);
            }
            if (call.comparedInFlight && !call.passedCompared && took > (long) allowed(call)) {
                call.passedCompared = true;
                slowLabel(call);
            }
        }
        judge();
    }

    void end(Call call, long now, boolean remembered, boolean neutral, @Nullable FailureKind kind) {
        underWay.remove(call);
        if (remembered) {
            return; // the clock is not read for it
        }
        count(call, now - call.start, neutral, neutral ? null : kind);
        judge();
        look(now);
    }

    private void count(Call call, long took, boolean neutral, @Nullable FailureKind bad) {
        boolean timedOut = bad == FailureKind.TIMEOUT;
        boolean late = took > limit || (timedOut && settings.p95() != null);
        boolean overTau = trail.tau >= 0 && (took > (long) allowed(call) || timedOut);
        if (overTau && !call.passedCompared) {
            slowLabel(call);
        }
        if (bad != null && failedUnits.add(call.unit)) {
            double b = trail.rate;
            double d = settings.errorIncrease();
            failedLabels.add(call.candidate, call.share / 100_000.0, (b + d) / (1 - b - d) / (b / (1 - b)));
        }
        if (call.candidate) {
            if (!call.passedLimit && (!neutral || late)) {
                limitTotal++;
                limitBad += late || bad != null ? 1 : 0;
                turnedSlow = new ChangeTest(0.05).next(turnedSlow, late || bad != null);
                slow += late ? 1 : 0;
            }
            if (!neutral) {
                capTotal++;
                capBad += bad != null ? 1 : 0;
                turnedFailing = new ChangeTest(settings.maxErrorRate()).next(turnedFailing, bad != null);
            }
        } else if (!neutral) {
            baselineCalls++;
            baselineErrors += bad != null ? 1 : 0;
            baselineSlow += late ? 1 : 0;
            trail.add(took, bad);
        }
    }

    private void slowLabel(Call call) {
        if (slowUnits.add(call.unit)) {
            slowLabels.add(call.candidate, call.share / 100_000.0, 1);
        }
    }

    private void judge() {
        alarmed |= logWealth() >= Math.log(100);
    }

    Map<Guard, Double> logs() {
        Map<Guard, Double> logs = new EnumMap<>(Guard.class);
        if (settings.p95() != null) {
            double allAlong = new LimitTest(0.05).logWealth(limitBad, limitTotal);
            logs.put(Guard.LATENCY_LIMIT, mix(allAlong, ChangeTest.logWealth(turnedSlow, limitTotal)));
        }
        double allAlong = new LimitTest(settings.maxErrorRate()).logWealth(capBad, capTotal);
        logs.put(Guard.ERROR_CAP, mix(allAlong, ChangeTest.logWealth(turnedFailing, capTotal)));
        logs.put(Guard.ERROR_INCREASE, failedLabels.logWealth());
        logs.put(Guard.LATENCY_INCREASE, slowLabels.logWealth());
        return logs;
    }

    private static double mix(double logAllAlong, double logTurned) {
        return Math.log(0.9 * Math.exp(logAllAlong) + 0.1 * Math.exp(logTurned));
    }

    double logWealth() {
        return Wealth.logMeanExp(
                logs().values().stream().mapToDouble(Double::doubleValue).toArray());
    }

    ArmCounts baseline() {
        return new ArmCounts(baselineCalls, baselineErrors, baselineSlow);
    }

    ArmCounts candidate() {
        return new ArmCounts(limitTotal, capBad, slow);
    }
}
