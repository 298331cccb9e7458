package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.ConfidenceSequence;
import dev.understudy.time.DurationBuckets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What is known of the baseline by its past calls alone: its p95, which the candidate is compared with, and the lower end of its
 * error rate, from which an allowance counts. Both are estimated anew each time the number of calls has doubled, the p95 from
 * 1,000 calls on; in between they stand still, so that no call is judged by an estimate that it moved. Thread-safe, without locks.
 */
final class BaselineTrail {

    /** No p95 is known. */
    static final long UNKNOWN = Long.MAX_VALUE;

    static final long FIRST_RATE = 125;
    static final long FIRST_P95 = 1_000;
    /** The lowest rate that an allowance counts from: below it, odds would be allowed to multiply without end. */
    static final double LEAST_RATE = 0.001;

    private static final String COUNTS = "guard.baseline";
    private static final String RATE = "guard.baseline.rate";

    private static final ConfidenceSequence BOUNDS = new ConfidenceSequence(0.05);

    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong slow = new AtomicLong();
    private final AtomicLong nextEstimate = new AtomicLong(FIRST_RATE);
    private final AtomicLongArray latencies = new AtomicLongArray(DurationBuckets.COUNT);
    private volatile long p95Nanos = UNKNOWN;
    private volatile double rate = LEAST_RATE;

    /** Returns how long the slowest twentieth of past calls took at least, or {@link #UNKNOWN}. */
    long p95Nanos() {
        return p95Nanos;
    }

    /** Returns the lower end of the error rate, at least 0.1 %. */
    double rate() {
        return rate;
    }

    ArmCounts counts() {
        long failed = errors.get(); // before the calls that they are among
        long late = slow.get();
        return new ArmCounts(calls.get(), failed, late);
    }

    /**
     * Learns of a call.
     *
     * @param nanos how long it took
     * @param failed whether it failed
     * @param timedOut whether it failed by taking too long: then its latency says something
     * @param late whether it was slower than the limit
     * @return whether the estimates are new
     */
    boolean record(long nanos, boolean failed, boolean timedOut, boolean late) {
        if (!failed || timedOut) {
            latencies.getAndIncrement(DurationBuckets.of(nanos));
        }
        long now = calls.incrementAndGet();
        if (failed) {
            errors.incrementAndGet();
        }
        if (late) {
            slow.incrementAndGet();
        }
        long due = nextEstimate.get();
        if (now < due || !nextEstimate.compareAndSet(due, 2 * due)) {
            return false;
        }
        estimate();
        return true;
    }

    private void estimate() {
        ArmCounts seen = counts();
        rate = Math.max(LEAST_RATE, BOUNDS.rate(seen.errors(), seen.calls()).low());
        long[] counts = new long[DurationBuckets.COUNT];
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = latencies.get(i);
            total += counts[i];
        }
        // After a restart the latencies begin anew; the p95 that was known stays meanwhile.
        if (seen.calls() < FIRST_P95 || total < FIRST_P95 / 2) {
            return;
        }
        long rank = (total * 95 + 99) / 100; // nearest rank, rounded up
        int bucket = 0;
        for (long below = counts[0]; below < rank; below += counts[bucket]) {
            bucket++;
        }
        p95Nanos = DurationBuckets.middleOf(bucket);
    }

    void save(Map<String, String> entries) {
        ArmCounts seen = counts();
        entries.put(COUNTS, Numbers.write(seen.calls(), seen.errors(), seen.slow(), p95Nanos));
        entries.put(RATE, String.valueOf(rate));
    }

    /** Goes on with what was saved. */
    void restore(Map<String, String> entries) {
        long[] seen = Numbers.read(entries, COUNTS, 4);
        double saved = Numbers.read(entries, RATE);
        if (seen[3] == 0 || seen[1] > seen[0] || !(saved >= LEAST_RATE && saved <= 1)) {
            throw new IllegalArgumentException(COUNTS + " and " + RATE + " are not those of a baseline");
        }
        calls.set(seen[0]);
        errors.set(seen[1]);
        slow.set(seen[2]);
        p95Nanos = seen[3];
        rate = saved;
        long next = FIRST_RATE;
        while (next <= seen[0]) {
            next *= 2;
        }
        nextEstimate.set(next);
    }
}
