package dev.understudy.insight;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Counters that forget: what was counted in the last minute, to the nearest ten seconds. Thread-safe.
 *
 * <p>Time is cut into slices of ten seconds. Counting adds one to a cell of the current slice; the first to count in a new
 * slice puts it at the head of the chain by one compare-and-set, and cuts the chain behind it where everything is older
 * than the window. Slices are never emptied and used again, so no count can be lost between a thread that empties and one
 * that counts; who comes late counts in the slice that it had seen. At most seven slices are in the chain, the current one
 * and six full ones: between 60 and 70 seconds are remembered.
 */
final class RecentCounts {

    static final long SLICE_NANOS = 10_000_000_000L;
    static final int FULL_SLICES = 6;
    private static final long WINDOW_NANOS = FULL_SLICES * SLICE_NANOS;

    private static final AtomicReferenceFieldUpdater<RecentCounts, Slice> HEAD =
            AtomicReferenceFieldUpdater.newUpdater(RecentCounts.class, Slice.class, "head");

    private final int cells;
    private volatile Slice head;

    /** Counts from now on; every {@code nowNanos} is a reading of the same clock. */
    RecentCounts(int cells, long nowNanos) {
        this.cells = cells;
        this.head = new Slice(nowNanos, cells, null);
    }

    void increment(int cell, long nowNanos) {
        Slice slice = head;
        if (nowNanos - slice.startNanos >= SLICE_NANOS) {
            slice = begin(slice, nowNanos);
        }
        slice.counts.getAndIncrement(cell);
    }

    /** Returns how often each cell was counted lately. */
    long[] sums(long nowNanos) {
        long[] sums = new long[cells];
        for (Slice slice = head; slice != null && slice.isRecent(nowNanos); slice = slice.older) {
            for (int i = 0; i < cells; i++) {
                sums[i] += slice.counts.get(i);
            }
        }
        return sums;
    }

    private Slice begin(Slice seen, long now) {
        long passed = (now - seen.startNanos) / SLICE_NANOS;
        Slice fresh = new Slice(seen.startNanos + passed * SLICE_NANOS, cells, seen);
        if (!HEAD.compareAndSet(this, seen, fresh)) {
            return head; // another thread was first
        }
        for (Slice slice = fresh; slice != null; slice = slice.older) {
            if (slice.older != null && !slice.older.isRecent(fresh.startNanos)) {
                slice.older = null;
            }
        }
        return fresh;
    }

    private static final class Slice {
        final long startNanos;
        final AtomicIntegerArray counts;
        volatile @Nullable Slice older;

        Slice(long startNanos, int cells, @Nullable Slice older) {
            this.startNanos = startNanos;
            this.counts = new AtomicIntegerArray(cells);
            this.older = older;
        }

        /** Whether any part of this slice lies within the window. */
        boolean isRecent(long now) {
            return now - startNanos < SLICE_NANOS + WINDOW_NANOS;
        }
    }
}
