package dev.understudy.insight;

import java.util.Arrays;

/** The points of a timeline of one width, the latest so many of them. Used by one thread at a time. */
final class PointRing {

    private static final int COUNTS = 6;
    private static final int QUANTILES = 6;

    private final int size;
    /** Which stretch of time the point at this place is about; -1 for none. */
    private final long[] indices;

    private final float[] shares;
    private final int[] counts;
    private final float[] quantiles;

    PointRing(int size) {
        this.size = size;
        indices = new long[size];
        Arrays.fill(indices, -1);
        shares = new float[size];
        counts = new int[size * COUNTS];
        quantiles = new float[size * QUANTILES];
    }

    int size() {
        return size;
    }

    void put(long index, double sharePercent, Timeline.Arm baseline, Timeline.Arm candidate) {
        int place = place(index);
        indices[place] = index;
        shares[place] = (float) sharePercent;
        put(place, 0, baseline);
        put(place, 1, candidate);
    }

    private void put(int place, int arm, Timeline.Arm seen) {
        int at = place * COUNTS + arm * 3;
        counts[at] = clamp(seen.calls());
        counts[at + 1] = clamp(seen.errors());
        counts[at + 2] = clamp(seen.callerErrors());
        at = place * QUANTILES + arm * 3;
        quantiles[at] = (float) seen.p50();
        quantiles[at + 1] = (float) seen.p95();
        quantiles[at + 2] = (float) seen.p99();
    }

    private static int clamp(long count) {
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    boolean has(long index) {
        return index >= 0 && indices[place(index)] == index;
    }

    double sharePercent(long index) {
        return shares[place(index)];
    }

    Timeline.Arm arm(long index, int arm) {
        int count = place(index) * COUNTS + arm * 3;
        int quantile = place(index) * QUANTILES + arm * 3;
        return counts[count] == 0
                ? Timeline.Arm.NONE
                : new Timeline.Arm(
                        counts[count],
                        counts[count + 1],
                        counts[count + 2],
                        quantiles[quantile],
                        quantiles[quantile + 1],
                        quantiles[quantile + 2]);
    }

    /** Returns the oldest index that is here; {@link Long#MAX_VALUE} where there is none. */
    long oldest() {
        long oldest = Long.MAX_VALUE;
        for (long index : indices) {
            if (index >= 0) {
                oldest = Math.min(oldest, index);
            }
        }
        return oldest;
    }

    private int place(long index) {
        return (int) (index % size);
    }
}
