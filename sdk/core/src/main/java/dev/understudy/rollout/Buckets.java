package dev.understudy.rollout;

import java.nio.charset.StandardCharsets;

/**
 * Assigns units to buckets 0 … 99,999 by hash, the same on every machine, in every version and language:
 *
 * <pre>{@code bucket = (murmur3_x86_32(utf8(salt + ":" + unit), seed 0) as unsigned * 100000) >>> 32}</pre>
 *
 * <p>This is scheme "h1", the arithmetic of the OpenFeature flagd {@code fractional} operation, version 2. The hash is
 * Austin Appleby's MurmurHash3 (public domain, verification value 0xB0F57EE3). It runs over the unit's UTF-8 bytes without
 * making them: the salt is hashed once, a unit costs no allocation. An unpaired surrogate counts as {@code '?'}, as in
 * {@link String#getBytes(java.nio.charset.Charset)}. Immutable.
 */
public final class Buckets {

    /** How many buckets there are: one for each thousandth of a per cent. */
    public static final int COUNT = 100_000;

    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    // The state of the hash after salt and colon: whole blocks mixed in, and the 0 to 3 bytes of a block begun.
    private final int saltHash;
    private final int saltBlock;
    private final int saltLength;

    /**
     * Prepares a split.
     *
     * @param salt what makes it independent of other splits
     */
    public Buckets(String salt) {
        byte[] bytes = (salt + ":").getBytes(StandardCharsets.UTF_8);
        int hash = 0;
        int block = 0;
        for (int i = 0; i < bytes.length; i++) {
            block |= (bytes[i] & 0xff) << (8 * (i & 3));
            if ((i & 3) == 3) {
                hash = mix(hash, block);
                block = 0;
            }
        }
        saltHash = hash;
        saltBlock = block;
        saltLength = bytes.length;
    }

    /**
     * Returns a unit's bucket.
     *
     * @param unit the unit
     * @return 0 to 99,999
     */
    public int of(String unit) {
        return bucket(hash(unit));
    }

    /** Scales a hash. */
    static int bucket(int hash) {
        return (int) (((hash & 0xFFFFFFFFL) * COUNT) >>> 32);
    }

    int hash(String unit) {
        int hash = saltHash;
        int block = saltBlock;
        int length = saltLength;
        int chars = unit.length();
        for (int i = 0; i < chars; ) {
            int filled = 8 * (length & 3);
            if (i + 4 <= chars) {
                int ascii = fourAscii(unit, i);
                if (ascii >= 0) { // the usual unit is ASCII from end to end, and costs a block for four characters
                    hash = mix(hash, block | ascii << filled);
                    block = filled == 0 ? 0 : ascii >>> (32 - filled);
                    length += 4;
                    i += 4;
                    continue;
                }
            }
            int point = unit.codePointAt(i);
            int utf8 = utf8(point);
            int count = utf8Length(point);
            block |= utf8 << filled;
            if (filled + 8 * count >= 32) {
                hash = mix(hash, block);
                // The bytes that no longer fitted; a shift by 32 would be one by 0.
                block = filled == 0 ? 0 : utf8 >>> (32 - filled);
            }
            length += count;
            i += Character.charCount(point);
        }
        if ((length & 3) != 0) {
            hash ^= Integer.rotateLeft(block * C1, 15) * C2;
        }
        hash ^= length;
        hash ^= hash >>> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >>> 13;
        hash *= 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    /** Returns four characters as the bytes of a block, the first one lowest; negative unless all are ASCII. */
    private static int fourAscii(String unit, int at) {
        int first = unit.charAt(at);
        int second = unit.charAt(at + 1);
        int third = unit.charAt(at + 2);
        int fourth = unit.charAt(at + 3);
        return (first | second | third | fourth) < 0x80 ? first | second << 8 | third << 16 | fourth << 24 : -1;
    }

    /** Returns a code point's bytes, the first one lowest. */
    private static int utf8(int point) {
        if (point < 0x80) {
            return point;
        }
        if (point < 0x800) {
            return (0xc0 | point >> 6) | (0x80 | point & 0x3f) << 8;
        }
        if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
            return '?'; // unpaired
        }
        if (point < 0x10000) {
            return (0xe0 | point >> 12) | (0x80 | point >> 6 & 0x3f) << 8 | (0x80 | point & 0x3f) << 16;
        }
        return (0xf0 | point >> 18)
                | (0x80 | point >> 12 & 0x3f) << 8
                | (0x80 | point >> 6 & 0x3f) << 16
                | (0x80 | point & 0x3f) << 24;
    }

    private static int utf8Length(int point) {
        if (point < 0x80 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
            return 1;
        }
        if (point < 0x800) {
            return 2;
        }
        return point < 0x10000 ? 3 : 4;
    }

    private static int mix(int hash, int block) {
        return Integer.rotateLeft(hash ^ Integer.rotateLeft(block * C1, 15) * C2, 13) * 5 + 0xe6546b64;
    }
}
