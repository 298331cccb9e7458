package dev.understudy.rollout;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Numbers as text, for what outlives the process: read strictly, for nothing may be guessed there. */
final class Numbers {

    private Numbers() {}

    /** Counters: zero or more, with blanks between. */
    static String write(long... counters) {
        return LongStream.of(counters).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    /** Every digit of numbers. */
    static String write(double[] numbers) {
        return DoubleStream.of(numbers).mapToObj(Double::toString).collect(Collectors.joining(" "));
    }

    /** Hashes in ascending order: the distances between them, seven bits to a byte, the lowest first, in Base64. */
    static String writeSorted(int[] hashes, int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * count);
        long last = Integer.MIN_VALUE - 1L;
        for (int i = 0; i < count; i++) {
            long distance = hashes[i] - last;
            while (distance >= 0x80) {
                bytes.write((int) (distance & 0x7f | 0x80));
                distance >>>= 7;
            }
            bytes.write((int) distance);
            last = hashes[i];
        }
        return Base64.getEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    static long[] read(Map<String, String> entries, String key, int count) {
        String[] parts = text(entries, key).split(" ", -1);
        if (parts.length != count) {
            throw refusal(key, null);
        }
        long[] counters = new long[count];
        for (int i = 0; i < count; i++) {
            try {
                counters[i] = Long.parseLong(parts[i]);
            } catch (NumberFormatException bad) {
                throw refusal(key, bad);
            }
            if (counters[i] < 0) {
                throw refusal(key, null);
            }
        }
        return counters;
    }

    static double read(Map<String, String> entries, String key) {
        double[] numbers = readAll(entries, key);
        if (numbers.length != 1) {
            throw refusal(key, null);
        }
        return numbers[0];
    }

    static double[] readAll(Map<String, String> entries, String key) {
        try {
            return Arrays.stream(text(entries, key).split(" ", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        } catch (NumberFormatException bad) {
            throw refusal(key, bad);
        }
    }

    static int[] readSorted(Map<String, String> entries, String key) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text(entries, key));
        } catch (IllegalArgumentException bad) {
            throw refusal(key, bad);
        }
        int[] hashes = new int[bytes.length];
        int count = 0;
        long last = Integer.MIN_VALUE - 1L;
        for (int i = 0; i < bytes.length; ) {
            long distance = 0;
            int shift = 0;
            int seven;
            do {
                if (i == bytes.length || shift > 28) {
                    throw refusal(key, null);
                }
                seven = bytes[i++];
                distance |= (seven & 0x7fL) << shift;
                shift += 7;
            } while (seven < 0);
            last += distance;
            if (distance == 0 || last > Integer.MAX_VALUE) {
                throw refusal(key, null);
            }
            hashes[count++] = (int) last;
        }
        return Arrays.copyOf(hashes, count);
    }

    private static String text(Map<String, String> entries, String key) {
        String text = entries.get(key);
        if (text == null) {
            throw new IllegalArgumentException("The saved evidence lacks '" + key + "'");
        }
        return text;
    }

    private static IllegalArgumentException refusal(String key, @Nullable Throwable cause) {
        return new IllegalArgumentException("The saved evidence has no meaning at '" + key + "'", cause);
    }
}
