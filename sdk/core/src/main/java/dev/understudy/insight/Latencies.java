package dev.understudy.insight;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/**
 * How many calls took how long, on the {@link LatencyScale}; packed as a compressed HdrHistogram, which other tools read as
 * well. Only powers of two that occur take memory. Used by one thread at a time.
 */
final class Latencies {

    private final long[] @Nullable [] octaves = new long[LatencyScale.OCTAVES][];
    private long total;

    /** Counts calls of one cell. */
    void add(int cell, long calls) {
        int octave = cell / LatencyScale.OCTAVE;
        long[] cells = octaves[octave];
        if (cells == null) {
            cells = new long[LatencyScale.OCTAVE];
            octaves[octave] = cells;
        }
        cells[cell % LatencyScale.OCTAVE] += calls;
        total += calls;
    }

    void addAll(Latencies other) {
        for (int octave = 0; octave < octaves.length; octave++) {
            long[] theirs = other.octaves[octave];
            if (theirs == null) {
                continue;
            }
            long[] ours = octaves[octave];
            if (ours == null) {
                octaves[octave] = theirs.clone();
            } else {
                for (int i = 0; i < ours.length; i++) {
                    ours[i] += theirs[i];
                }
            }
        }
        total += other.total;
    }

    long total() {
        return total;
    }

    long at(int cell) {
        long[] cells = octaves[cell / LatencyScale.OCTAVE];
        return cells == null ? 0 : cells[cell % LatencyScale.OCTAVE];
    }

    /**
     * Returns the cell of the call of a rank: from 1, the fastest, to {@link #total()}; a rank beyond either end is that end.
     *
     * @throws IllegalStateException without any calls
     */
    int cellOfRank(long rank) {
        if (total == 0) {
            throw new IllegalStateException("No latencies");
        }
        long wanted = Math.max(1, Math.min(rank, total));
        long seen = 0;
        for (int octave = 0; octave < octaves.length; octave++) {
            long[] cells = octaves[octave];
            for (int i = 0; cells != null && i < cells.length; i++) {
                seen += cells[i];
                if (seen >= wanted) {
                    return octave * LatencyScale.OCTAVE + i;
                }
            }
        }
        throw new IllegalStateException("Fewer latencies than were counted: " + seen + " of " + total);
    }

    /** Returns a quantile by nearest rank, in milliseconds; not a number without calls. */
    double quantileMillis(double quantile) {
        return total == 0 ? Double.NaN : LatencyScale.middleMillis(cellOfRank((long) Math.ceil(quantile * total)));
    }

    byte[] pack() {
        Histogram histogram = new Histogram(LatencyScale.UNIT_MICROS, LatencyScale.LONGEST_MICROS, LatencyScale.DIGITS);
        for (int cell = 0; cell < LatencyScale.CELLS; cell++) {
            long calls = at(cell);
            if (calls > 0) {
                histogram.recordValueWithCount(LatencyScale.lowest(cell), calls);
            }
        }
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Arrays.copyOf(buffer.array(), length);
    }

    /**
     * Reads what was packed.
     *
     * @throws IllegalArgumentException if these bytes are something else
     */
    static Latencies unpack(byte[] packed) {
        Histogram histogram;
        try {
            histogram = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(packed), 0);
        } catch (DataFormatException | RuntimeException foreign) {
            throw new IllegalArgumentException("Not a compressed HdrHistogram", foreign);
        }
        Latencies latencies = new Latencies();
        for (HistogramIterationValue value : histogram.recordedValues()) {
            latencies.add(
                    LatencyScale.cell(histogram.lowestEquivalentValue(value.getValueIteratedTo())),
                    value.getCountAtValueIteratedTo());
        }
        return latencies;
    }
}
