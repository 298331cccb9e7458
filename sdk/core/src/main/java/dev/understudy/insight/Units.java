package dev.understudy.insight;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * How many different units there were, in 8 KiB: a HyperLogLog of 8,192 registers, with a standard error of 1.15 % whatever
 * their number. Two of them merge into what one would have counted. (Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog", 2007;
 * the estimate is that of Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv 1702.01284, algorithm 6,
 * which needs neither tables nor a special case for few units.) Used by one thread at a time.
 */
final class Units {

    static final int REGISTERS = 1 << 13;

    private static final int INDEX_BITS = 13;
    private static final int RANK_BITS = Integer.SIZE - INDEX_BITS;
    private static final int MOST_RANK = RANK_BITS + 1;
    private static final double ALPHA = 1 / (2 * Math.log(2));

    private final byte[] registers = new byte[REGISTERS];

    /**
     * Mixes the hash of a unit: the arm that it is on is decided by the leading bits of that very hash, so that the units of a
     * small share would all meet in a few registers. (Constants by Chris Wellons, "Prospecting for hash functions".)
     */
    static int mix(int hash) {
        int h = hash ^ (hash >>> 16);
        h *= 0x7feb352d;
        h ^= h >>> 15;
        h *= 0x846ca68b;
        return h ^ (h >>> 16);
    }

    static int register(int mixed) {
        return mixed >>> RANK_BITS;
    }

    static byte rank(int mixed) {
        return (byte) (Integer.numberOfLeadingZeros((mixed << INDEX_BITS) | (1 << (INDEX_BITS - 1))) + 1);
    }

    void add(int hash) {
        int mixed = mix(hash);
        int register = register(mixed);
        registers[register] = (byte) Math.max(registers[register], rank(mixed));
    }

    void addAll(Units other) {
        addAll(other.registers);
    }

    void addAll(byte[] others) {
        for (int i = 0; i < REGISTERS; i++) {
            registers[i] = (byte) Math.max(registers[i], others[i]);
        }
    }

    boolean isEmpty() {
        for (byte register : registers) {
            if (register != 0) {
                return false;
            }
        }
        return true;
    }

    long estimate() {
        int[] counts = new int[MOST_RANK + 1];
        for (byte register : registers) {
            counts[register]++;
        }
        double z = REGISTERS * tau(1 - (double) counts[MOST_RANK] / REGISTERS);
        for (int rank = MOST_RANK - 1; rank >= 1; rank--) {
            z = (z + counts[rank]) / 2;
        }
        z += REGISTERS * sigma((double) counts[0] / REGISTERS);
        return Math.round(ALPHA * REGISTERS * REGISTERS / z);
    }

    private static double sigma(double zeros) {
        if (zeros == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = zeros;
        double y = 1;
        double z = x;
        double before;
        do {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        } while (z != before);
        return z;
    }

    private static double tau(double unsaturated) {
        if (unsaturated == 0 || unsaturated == 1) {
            return 0;
        }
        double x = unsaturated;
        double y = 1;
        double z = 1 - x;
        double before;
        do {
            x = Math.sqrt(x);
            before = z;
            y /= 2;
            z -= (1 - x) * (1 - x) * y;
        } while (z != before);
        return z / 3;
    }

    byte[] pack() {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setStrategy(Deflater.HUFFMAN_ONLY); // neighbours have nothing in common
            deflater.setInput(registers);
            deflater.finish();
            byte[] packed = new byte[2 * REGISTERS];
            int length = 0;
            while (!deflater.finished()) { // the change of the strategy takes a turn of its own
                length += deflater.deflate(packed, length, packed.length - length);
            }
            return Arrays.copyOf(packed, length);
        } finally {
            deflater.end();
        }
    }

    /**
     * Reads what was packed.
     *
     * @throws IllegalArgumentException if these bytes are something else
     */
    static Units unpack(byte[] packed) {
        Units units = new Units();
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            int length = inflater.inflate(units.registers);
            if (length != REGISTERS) {
                throw new IllegalArgumentException("Not a set of units: " + length + " registers");
            }
        } catch (DataFormatException foreign) {
            throw new IllegalArgumentException("Not a set of units", foreign);
        } finally {
            inflater.end();
        }
        for (byte register : units.registers) {
            if (register < 0 || register > MOST_RANK) {
                throw new IllegalArgumentException("Not a set of units: a register of " + register);
            }
        }
        return units;
    }
}
