package dev.understudy.benchmarks.sidebyside;

import java.util.Arrays;

/** Every single latency of a run, for exact quantiles. One writer. */
final class Latencies {

    private long[] nanos = new long[1 << 16];
    private int count;

    void add(long value) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = value;
    }

    void clear() {
        count = 0;
    }

    /** The smallest latency that a share of all calls did not exceed; not a number without calls. */
    double quantileNanos(double share) {
        if (count == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(share * count) - 1];
    }
}
