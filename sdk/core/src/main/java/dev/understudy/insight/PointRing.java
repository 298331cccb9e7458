package dev.understudy.insight;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The points of a timeline of one width, the latest so many of them, with latencies to the cell of their {@link LatencyScale}.
 * Used by one thread at a time.
 */
final class PointRing {

    private static final int BUFFER = 1 << 13;
    private static final int FIGURES = 3;
    private static final int VARIANTS = 2;
    private static final int OF_POINT = FIGURES * VARIANTS;

    private final int size;
    /** Which stretch of time the point at this place is about; -1 for none. */
    private final long[] indices;

    private final float[] shares;
    /** Calls, errors, and errors that callers saw; of the baseline and of the candidate. */
    private final int[] counts;
    /** The cells of p50, p95 and p99; of the baseline and of the candidate. */
    private final short[] cells;

    PointRing(int size) {
        this.size = size;
        indices = new long[size];
        Arrays.fill(indices, -1);
        shares = new float[size];
        counts = new int[size * OF_POINT];
        cells = new short[size * OF_POINT];
    }

    int size() {
        return size;
    }

    /** Puts a point. What a restart has cut in two becomes one again; its latencies are then weighted means. */
    void put(long index, double sharePercent, Timeline.Arm baseline, Timeline.Arm candidate) {
        int place = place(index);
        if (indices[place] != index) {
            indices[place] = index;
            Arrays.fill(counts, place * OF_POINT, (place + 1) * OF_POINT, 0);
        }
        shares[place] = (float) sharePercent;
        put(place * OF_POINT, baseline);
        put(place * OF_POINT + FIGURES, candidate);
    }

    private void put(int at, Timeline.Arm seen) {
        long before = counts[at];
        long all = before + seen.calls();
        if (seen.calls() == 0) {
            return;
        }
        double[] millis = {seen.p50(), seen.p95(), seen.p99()};
        for (int i = 0; i < FIGURES; i++) {
            int cell = LatencyScale.cell(Math.round(millis[i] * 1000));
            cells[at + i] = (short) ((cells[at + i] * before + cell * seen.calls()) / all);
        }
        counts[at] = clamp(all);
        counts[at + 1] = clamp(counts[at + 1] + seen.errors());
        counts[at + 2] = clamp(counts[at + 2] + seen.callerErrors());
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

    Timeline.Arm arm(long index, int variant) {
        int at = place(index) * OF_POINT + variant * FIGURES;
        return !has(index) || counts[at] == 0
                ? Timeline.Arm.NONE
                : new Timeline.Arm(
                        counts[at],
                        counts[at + 1],
                        counts[at + 2],
                        LatencyScale.middleMillis(cells[at]),
                        LatencyScale.middleMillis(cells[at + 1]),
                        LatencyScale.middleMillis(cells[at + 2]));
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

    /** Returns the newest index that is here; -1 where there is none. */
    long newest() {
        long newest = -1;
        for (long index : indices) {
            newest = Math.max(newest, index);
        }
        return newest;
    }

    PointRing copy() {
        PointRing copy = new PointRing(size);
        System.arraycopy(indices, 0, copy.indices, 0, indices.length);
        System.arraycopy(shares, 0, copy.shares, 0, shares.length);
        System.arraycopy(counts, 0, copy.counts, 0, counts.length);
        System.arraycopy(cells, 0, copy.cells, 0, cells.length);
        return copy;
    }

    private int place(long index) {
        return (int) (index % size);
    }

    // As bytes: each point after the one before it, in small steps

    byte[] pack() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Buffered: what deflates pays for each call, not for each byte.
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new DeflaterOutputStream(bytes), BUFFER))) {
            long[] sorted =
                    Arrays.stream(indices).filter(index -> index >= 0).sorted().toArray();
            out.writeShort(sorted.length);
            out.writeLong(sorted.length == 0 ? 0 : sorted[0]);
            long before = sorted.length == 0 ? 0 : sorted[0];
            for (long index : sorted) {
                int place = place(index);
                writeNumber(out, index - before);
                before = index;
                writeNumber(out, Math.round(shares[place] * 1000));
                for (int i = 0; i < OF_POINT; i++) {
                    writeNumber(out, counts[place * OF_POINT + i]);
                    if (counts[place * OF_POINT + i / FIGURES * FIGURES] > 0) {
                        out.writeShort(cells[place * OF_POINT + i]);
                    }
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // these streams are memory
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what was packed.
     *
     * @throws IllegalArgumentException if these bytes are something else
     */
    static PointRing unpack(byte[] packed, int size) {
        PointRing ring = new PointRing(size);
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(new InflaterInputStream(new ByteArrayInputStream(packed)), BUFFER))) {
            int points = in.readUnsignedShort();
            long index = in.readLong();
            if (points > size || index < 0) {
                throw new IllegalArgumentException("Not a timeline: " + points + " points from " + index);
            }
            for (int point = 0; point < points; point++) {
                index += readNumber(in);
                int place = ring.place(index);
                ring.indices[place] = index;
                ring.shares[place] = readNumber(in) / 1000f;
                for (int i = 0; i < OF_POINT; i++) {
                    ring.counts[place * OF_POINT + i] = clamp(readNumber(in));
                    if (ring.counts[place * OF_POINT + i / FIGURES * FIGURES] > 0) {
                        short cell = in.readShort();
                        if (cell < 0 || cell >= LatencyScale.CELLS) {
                            throw new IllegalArgumentException("Not a timeline: cell " + cell);
                        }
                        ring.cells[place * OF_POINT + i] = cell;
                    }
                }
            }
        } catch (IOException foreign) {
            throw new IllegalArgumentException("Not a timeline", foreign);
        }
        return ring;
    }

    /** Seven bits a byte, the lowest first. */
    private static void writeNumber(DataOutputStream out, long number) throws IOException {
        long rest = number;
        while (rest > 0x7f) {
            out.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    private static long readNumber(DataInputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int bits = in.readUnsignedByte();
            number |= (long) (bits & 0x7f) << shift;
            if (bits < 0x80) {
                return number;
            }
        }
        throw new IllegalArgumentException("Not a timeline: a number without end");
    }
}
