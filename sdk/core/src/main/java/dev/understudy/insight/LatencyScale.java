package dev.understudy.insight;

/**
 * Into which cell a latency is counted: the layout of an HdrHistogram of two significant digits whose unit is 64 µs (Gil Tene, <a
 * href="http://hdrhistogram.org">hdrhistogram.org</a>). Cells are linear within a power of two, 128 in each: a cell is at most
 * 0.8 % wide above 8 ms, and 64 µs below. Above 71 minutes everything is one cell.
 */
final class LatencyScale {

    static final int DIGITS = 2;
    static final long UNIT_MICROS = 64;
    static final long LONGEST_MICROS = (1L << 32) - 1;

    /** Cells of one power of two. */
    static final int OCTAVE = 128;

    static final int OCTAVES = 20;
    static final int CELLS = OCTAVES * OCTAVE;

    private static final int UNIT_SHIFT = 6;
    private static final int OCTAVE_SHIFT = 7;
    /** Below this many bits a value is counted in units. */
    private static final int LINEAR_BITS = UNIT_SHIFT + OCTAVE_SHIFT + 1;

    private LatencyScale() {}

    static int cellOfNanos(long nanos) {
        return cell(nanos / 1000);
    }

    static int cell(long micros) {
        long value = Math.min(Math.max(micros, 0), LONGEST_MICROS);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(value);
        int shift = Math.max(0, bits - LINEAR_BITS);
        return (shift << OCTAVE_SHIFT) + (int) (value >>> (shift + UNIT_SHIFT));
    }

    /** The shortest latency in a cell, in microseconds. */
    static long lowest(int cell) {
        int shift = Math.max(0, (cell >>> OCTAVE_SHIFT) - 1);
        return (long) (cell - (shift << OCTAVE_SHIFT)) << (shift + UNIT_SHIFT);
    }

    /** The shortest latency, in milliseconds. */
    static double lowestMillis(int cell) {
        return lowest(cell) / 1000.0;
    }

    /** The shortest latency of the next cell, in milliseconds. */
    static double endMillis(int cell) {
        return lowest(cell + 1) / 1000.0;
    }

    /** The middle of a cell, in milliseconds. */
    static double middleMillis(int cell) {
        return (lowest(cell) + lowest(cell + 1)) / 2000.0;
    }
}
