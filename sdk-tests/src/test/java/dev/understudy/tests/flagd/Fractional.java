package dev.understudy.tests.flagd;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * The {@code fractional} operation of OpenFeature flagd in its three versions, written down from its specification; the hash is
 * the one that flagd's Java providers call.
 */
enum Fractional {
    /**
     * Until flagd-core 0.1, provider 0.12: a percentage of 100 in floating point, from the hash without its sign.
     * (fractional-operation-spec.md: {@code bucket = |int32(hash)| / MaxInt32 * 100})
     */
    V1 {
        @Override
        String variant(String key, String[] variants, int[] weights) {
            long total = 0;
            for (int weight : weights) {
                total += weight;
            }
            float bucket = Math.abs(hash(utf8(key))) * 1.0f / Integer.MAX_VALUE * 100;
            float sum = 0;
            for (int i = 0; i < variants.length; i++) {
                sum += 100f * weights[i] / total;
                if (bucket < sum) {
                    return variants[i];
                }
            }
            return variants[variants.length - 1];
        }
    },
    /**
     * From flagd-core 1.0, provider 0.13 (April 2026): integers only.
     * (open-feature/flagd#1903: {@code bucket = (uint64(hash) * uint64(totalWeight)) >> 32})
     */
    V2 {
        @Override
        String variant(String key, String[] variants, int[] weights) {
            return ofIntegers(utf8(key), variants, weights);
        }
    },
    /** Java's flagd-core 3.0 (October 2026): as before, but over the key as a CBOR text. (open-feature/java-sdk-contrib#1831) */
    V3 {
        @Override
        String variant(String key, String[] variants, int[] weights) {
            return ofIntegers(cbor(utf8(key)), variants, weights);
        }
    };

    abstract String variant(String key, String[] variants, int[] weights);

    private static String ofIntegers(byte[] key, String[] variants, int[] weights) {
        long total = 0;
        for (int weight : weights) {
            total += weight;
        }
        long bucket = Integer.toUnsignedLong(hash(key)) * total >>> 32;
        long sum = 0;
        for (int i = 0; i < variants.length; i++) {
            sum += weights[i];
            if (bucket < sum) {
                return variants[i];
            }
        }
        throw new AssertionError("A bucket beyond the last weight: " + bucket);
    }

    private static int hash(byte[] key) {
        return MurmurHash3.hash32x86(key, 0, key.length, 0);
    }

    private static byte[] utf8(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /** RFC 8949, major type 3. */
    private static byte[] cbor(byte[] text) {
        ByteBuffer item = ByteBuffer.allocate(text.length + 3);
        if (text.length < 24) {
            item.put((byte) (0x60 | text.length));
        } else if (text.length < 256) {
            item.put((byte) 0x78).put((byte) text.length);
        } else {
            item.put((byte) 0x79).putShort((short) text.length);
        }
        item.put(text).flip();
        byte[] bytes = new byte[item.remaining()];
        item.get(bytes);
        return bytes;
    }
}
