package dev.understudy.insight;

import dev.understudy.call.LatencyRecorder;
import dev.understudy.call.RecentLatency;
import dev.understudy.time.DurationBuckets;
import dev.understudy.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the successful attempts of one model took in the last minute. Thread-safe, without locks.
 *
 * <p><b>Accuracy</b> is that of {@link DurationBuckets}: a percentile is the middle of its bucket.
 *
 * <p><b>Why not HdrHistogram itself.</b> Its recorders are emptied by flipping two histograms, which waits for writers by
 * sleeping: not on our clock, and not where {@link dev.understudy.time.Waiting} can see it.
 *
 * <p><b>Cost.</b> An attempt costs one atomic addition, and a reading of the clock unless the caller has one. The percentile is computed at most
 * ten times a second, by one of those who ask, and held in between. Memory is bounded: 25 KiB at most, whatever the rate.
 */
public final class LatencyWindow implements RecentLatency, LatencyRecorder {

    /**
     * How many attempts the last minute must have seen before it says anything: below that, two slow ones alone would
     * move the 95th percentile.
     */
    public static final int MIN_SAMPLES = 50;

    private static final long REFRESH_NANOS = 100_000_000;

    private final Ticker ticker;
    private final RecentCounts counts;
    private final AtomicLong refreshAtNanos;
    private volatile long p95Nanos = -1;

    /**
     * Starts with nothing known.
     *
     * @param ticker the clock by which a minute passes
     */
    public LatencyWindow(Ticker ticker) {
        this.ticker = ticker;
        this.counts = new RecentCounts(DurationBuckets.COUNT, ticker.nanoTime());
        this.refreshAtNanos = new AtomicLong(ticker.nanoTime());
    }

    @Override
    public void record(long nanos) {
        record(nanos, ticker.nanoTime());
    }

    @Override
    public void record(long nanos, long nowNanos) {
        counts.increment(DurationBuckets.of(nanos), nowNanos);
    }

    /**
     * Returns the 95th percentile of the successful attempts of the last minute, at most a tenth of a second old.
     *
     * @return nanoseconds, or -1 where fewer than {@link #MIN_SAMPLES} are known
     */
    @Override
    public long p95Nanos() {
        long now = ticker.nanoTime();
        long due = refreshAtNanos.get();
        if (now - due >= 0 && refreshAtNanos.compareAndSet(due, now + REFRESH_NANOS)) {
            p95Nanos = percentile(95, now);
        }
        return p95Nanos;
    }

    private long percentile(int percent, long now) {
        long[] sums = counts.sums(now);
        long total = 0;
        for (long sum : sums) {
            total += sum;
        }
        if (total < MIN_SAMPLES) {
            return -1;
        }
        long rank = (total * percent + 99) / 100; // nearest rank, rounded up
        int bucket = 0;
        for (long seen = sums[0]; seen < rank; seen += sums[bucket]) {
            bucket++;
        }
        return DurationBuckets.middleOf(bucket);
    }
}
