package dev.understudy.rollout;

import dev.understudy.evidence.ChangeTest;
import dev.understudy.evidence.LabelTest;
import dev.understudy.evidence.LimitTest;
import dev.understudy.evidence.Wealth;
import dev.understudy.time.DurationBuckets;

/**
 * The guard as it stands on paper: one thread, no clock, nothing but the arithmetic. What the real one reaches is held against
 * it.
 */
final class PaperGuard implements Subject {

    private static final double ENOUGH = Math.log(100);
    private static final double SUSPICIOUS = Math.log(20);

    private final Buckets buckets;
    private final int share;
    private final long limit;
    private final LimitTest slowLimit = new LimitTest(0.05);
    private final LimitTest errorLimit;
    private final ChangeTest slowChange = new ChangeTest(0.05);
    private final ChangeTest errorChange;
    private final LabelTest errors = new LabelTest();
    private final LabelTest slowness = new LabelTest();
    private final Seen failedUnits = new Seen();
    private final Seen slowUnits = new Seen();

    private final int[] histogram = new int[DurationBuckets.COUNT];
    private long latencies;
    private long baselineCalls;
    private long estimateAt = 1_000;
    private long tau = Long.MAX_VALUE;

    private long calls;
    private long bad;
    private long failed;
    private double turnedSlow;
    private double turnedFailing;
    private boolean stopped;
    private boolean suspects;

    /**
     * Starts without evidence.
     *
     * @param salt of the split
     * @param share in thousandths of a per cent
     * @param limitMillis of the p95
     * @param maxErrorRate the error cap
     */
    PaperGuard(String salt, int share, double limitMillis, double maxErrorRate) {
        this.buckets = new Buckets(salt);
        this.share = share;
        this.limit = nanos(limitMillis);
        this.errorLimit = new LimitTest(maxErrorRate);
        this.errorChange = new ChangeTest(maxErrorRate);
    }

    @Override
    public void call(int user, Upstream upstream) {
        int hash = buckets.hash(Users.unit(user));
        int by = stopped ? 0 : share;
        boolean candidate = Buckets.bucket(hash) < by;
        finished(candidate, hash, by, upstream.answer(candidate));
    }

    private void finished(boolean candidate, int unit, int by, double latencyMillis) {
        boolean fails = latencyMillis < 0;
        boolean timedOut = fails && -latencyMillis >= Arm.TIMEOUT_MILLIS;
        long latency = nanos(Math.abs(latencyMillis));
        boolean exceeds = fails || latency > limit;
        if (candidate) {
            calls++;
            failed += fails ? 1 : 0;
            bad += exceeds ? 1 : 0;
            turnedSlow = slowChange.next(turnedSlow, exceeds);
            turnedFailing = errorChange.next(turnedFailing, fails);
        }
        boolean slow = latency > tau || (timedOut && tau != Long.MAX_VALUE);
        if (fails && failedUnits.add(unit)) {
            errors.add(candidate, by / 100_000.0, 1);
        }
        if (slow && slowUnits.add(unit)) {
            slowness.add(candidate, by / 100_000.0, 1);
        }
        if (candidate && (exceeds || slow)) {
            look();
        }
        if (!candidate) {
            if (!fails || timedOut) {
                histogram[DurationBuckets.of(latency)]++;
                latencies++;
            }
            if (++baselineCalls == estimateAt) {
                tau = p95();
                estimateAt *= 2;
            }
        }
    }

    private void look() {
        double wealth = Wealth.logMeanExp(
                Limits.mix(slowLimit.logWealth(bad, calls), ChangeTest.logWealth(turnedSlow, calls)),
                Limits.mix(errorLimit.logWealth(failed, calls), ChangeTest.logWealth(turnedFailing, calls)),
                errors.logWealth(),
                slowness.logWealth());
        // Without an allowance there is only one process for each guard.
        stopped |= wealth >= ENOUGH;
        suspects |= wealth >= SUSPICIOUS;
    }

    private long p95() {
        long rank = (latencies * 95 + 99) / 100;
        for (int bucket = 0; ; bucket++) {
            rank -= histogram[bucket];
            if (rank <= 0) {
                return DurationBuckets.middleOf(bucket);
            }
        }
    }

    private static long nanos(double millis) {
        return (long) (millis * 1_000_000);
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    @Override
    public boolean rolledBack() {
        return stopped;
    }

    @Override
    public boolean suspects() {
        return suspects;
    }

    /** A set of at most 4,096 hashes, and then nothing is new any more. */
    private static final class Seen {
        private final int[] table = new int[8_192];
        private int size;
        private boolean zero;

        boolean add(int hash) {
            if (size >= 4_096) {
                return false;
            }
            if (hash == 0) {
                boolean isNew = !zero;
                zero = true;
                size += isNew ? 1 : 0;
                return isNew;
            }
            int at = (hash * 0x9E3779B9) >>> 19;
            while (table[at] != 0) {
                if (table[at] == hash) {
                    return false;
                }
                at = (at + 1) & 8_191;
            }
            table[at] = hash;
            size++;
            return true;
        }
    }
}
