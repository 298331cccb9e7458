package dev.understudy.time;

/**
 * Durations as a few hundred buckets that are linear within a power of two, 32 in each, as in HdrHistogram (Gil Tene, <a
 * href="http://hdrhistogram.org">hdrhistogram.org</a>), in units of 1.024 µs. The middle of a bucket is at most 1.6 % from
 * the exact duration for anything above 33 µs, and half a microsecond below. Above 73 minutes everything is one bucket.
 */
public final class DurationBuckets {

    private static final int UNIT_SHIFT = 10;
    private static final int PRECISION_BITS = 5;
    private static final long MAX_UNITS = (1L << 32) - 1;

    /** How many buckets there are. */
    public static final int COUNT = of(MAX_UNITS << UNIT_SHIFT) + 1;

    private DurationBuckets() {}

    /**
     * Returns the bucket of a duration. Below 64 units the unit is the bucket; from there on the five bits behind the leading
     * one say which.
     *
     * @param nanos the duration; below zero counts as zero
     * @return 0 to {@link #COUNT}, exclusive
     */
    public static int of(long nanos) {
        long units = Math.min(Math.max(nanos, 0) >>> UNIT_SHIFT, MAX_UNITS);
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(units) - (PRECISION_BITS + 1));
        return (shift << PRECISION_BITS) + (int) (units >>> shift);
    }

    /**
     * Returns the middle of a bucket.
     *
     * @param bucket 0 to {@link #COUNT}, exclusive
     * @return a duration in nanoseconds
     */
    public static long middleOf(int bucket) {
        int shift = Math.max(0, (bucket >>> PRECISION_BITS) - 1);
        long units = (long) (bucket - (shift << PRECISION_BITS)) << shift;
        return (units << UNIT_SHIFT) + (1L << (shift + UNIT_SHIFT - 1));
    }
}
