package dev.understudy.cache;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over an encoding that no two different contents share. Not thread-safe; {@linkplain #take() taken} from a pool
 * and given back by {@link #finish()}.
 *
 * <h2>The encoding</h2>
 *
 * Whatever has a variable size is preceded by its size, whatever may be of several kinds by its kind, so that the encoding
 * can be read back in one way only:
 *
 * <ul>
 *   <li>a count is a LEB128 number, seven bits a byte, lowest first;
 *   <li>a string is the count of its chars, then chunks of {@value #CHUNK} chars (the last one shorter): {@code 0} and one
 *       byte per char if all of them are below 256, else {@code 1} and two bytes per char, high byte first. Unlike UTF-8
 *       this tells unpaired surrogates apart, and never needs more bytes for them than the chars have;
 *   <li>a list is its count and its elements, in order; a map is its count and its entries, in the order of its keys;
 *   <li>a JSON number is the string that Java prints: 1 and 1.0 are two numbers, for they are two texts on the wire.
 * </ul>
 *
 * <h2>Its speed</h2>
 *
 * A key is computed for every call, so everything but the hash function must be next to free. A string is copied out of
 * and squeezed into our buffers chunk by chunk by the two vectorised loops that the JDK has for it ({@code getChars} and
 * the Latin-1 encoder), at a tenth of the cost of hashing it; {@code getBytes(UTF_8)} costs three times as much and
 * allocates it all.
 */
final class CanonicalDigest {

    /** Chars of a string that are encoded alike. Part of the encoding: another value gives other keys. */
    static final int CHUNK = 2048;

    /** Up to here a loop over {@code charAt} beats the set-up of the encoder. */
    private static final int SHORT = 16;

    /** More than as many threads as compute a key at the same time on most machines; a power of two. */
    private static final int POOLED = 32;

    /** References in a cache line: no two threads write to the same. */
    private static final int LINE = 16;

    /**
     * Instances at rest. A thread looks in one place only, which is empty when another thread is at work there; it then
     * makes a new instance, and one of the two is dropped later: cheaper than to search, and never contended.
     */
    private static final AtomicReferenceArray<@Nullable CanonicalDigest> POOL =
            new AtomicReferenceArray<>(POOLED * LINE);

    private final MessageDigest sha256;
    private final CharsetEncoder latin1 = StandardCharsets.ISO_8859_1.newEncoder();
    private final char[] chars = new char[CHUNK];
    private final CharBuffer charBuffer = CharBuffer.wrap(chars);
    /** What is to be hashed next, up to {@link #end}. */
    private final byte[] bytes = new byte[8192];

    private final ByteBuffer byteBuffer = ByteBuffer.wrap(bytes);
    private int end;

    private CanonicalDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256", impossible);
        }
    }

    /** An instance to which nothing has been put; one that is not {@linkplain #finish() finished} is lost to the pool. */
    static CanonicalDigest take() {
        CanonicalDigest pooled = POOL.getAndSet(place(), null);
        return pooled != null ? pooled : new CanonicalDigest();
    }

    /** The key of everything that was put; gives this instance back. */
    CacheKey finish() {
        flush();
        try {
            sha256.digest(bytes, 0, 32);
        } catch (DigestException impossible) {
            throw new IllegalStateException("32 bytes are enough for SHA-256", impossible);
        }
        ByteBuffer digest = byteBuffer.clear();
        CacheKey key = new CacheKey(digest.getLong(0), digest.getLong(8), digest.getLong(16), digest.getLong(24));
        POOL.setRelease(place(), this);
        return key;
    }

    private static int place() {
        return ((int) Thread.currentThread().getId() & (POOLED - 1)) * LINE;
    }

    CanonicalDigest putTag(int tag) {
        reserve(1);
        bytes[end++] = (byte) tag;
        return this;
    }

    CanonicalDigest putCount(int count) {
        reserve(5);
        int rest = count;
        while (rest > 0x7f) {
            bytes[end++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[end++] = (byte) rest;
        return this;
    }

    CanonicalDigest put(long value) {
        return putInt((int) (value >> 32)).putInt((int) value);
    }

    private CanonicalDigest putInt(int value) {
        reserve(4);
        bytes[end++] = (byte) (value >> 24);
        bytes[end++] = (byte) (value >> 16);
        bytes[end++] = (byte) (value >> 8);
        bytes[end++] = (byte) value;
        return this;
    }

    CanonicalDigest putNullable(@Nullable Long value) {
        return value == null ? putTag(0) : putTag(1).put(value.longValue());
    }

    CanonicalDigest putNullable(@Nullable Integer value) {
        return value == null ? putTag(0) : putTag(1).putInt(value);
    }

    CanonicalDigest putNullable(@Nullable Double value) {
        return value == null ? putTag(0) : putTag(1).put(Double.doubleToLongBits(value));
    }

    CanonicalDigest putNullable(@Nullable String text) {
        return text == null ? putTag(0) : putTag(1).put(text);
    }

    CanonicalDigest put(String text) {
        int length = text.length();
        putCount(length);
        for (int from = 0; from < length; from += CHUNK) {
            putChunk(text, from, Math.min(length, from + CHUNK));
        }
        return this;
    }

    private void putChunk(String text, int from, int to) {
        int length = to - from;
        reserve(1 + 2 * length);
        bytes[end] = 0;
        if (length <= SHORT ? putShortLatin1(text, from, length) : putLatin1(text, from, length)) {
            end += 1 + length;
            return;
        }
        bytes[end++] = 1;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            bytes[end++] = (byte) (c >> 8);
            bytes[end++] = (byte) c;
        }
    }

    /** Writes behind the end, and says whether that was possible. */
    private boolean putShortLatin1(String text, int from, int length) {
        int start = end + 1;
        int all = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(from + i);
            all |= c;
            bytes[start + i] = (byte) c;
        }
        return all < 0x100;
    }

    /** The same for more than a few chars. */
    private boolean putLatin1(String text, int from, int length) {
        text.getChars(from, from + length, chars, 0);
        charBuffer.limit(length).position(0);
        byteBuffer.limit(end + 1 + length).position(end + 1);
        return latin1.reset().encode(charBuffer, byteBuffer, true).isUnderflow();
    }

    CanonicalDigest putStrings(List<String> list) {
        putCount(list.size());
        for (int i = 0; i < list.size(); i++) {
            put(list.get(i));
        }
        return this;
    }

    CanonicalDigest putMap(Map<?, ? extends @Nullable Object> map) {
        putCount(map.size());
        if (!map.isEmpty()) {
            Object[] keys = map.keySet().toArray();
            Arrays.sort(keys);
            for (Object key : keys) {
                put((String) key);
                putValue(map.get(key));
            }
        }
        return this;
    }

    /** A value of a {@link dev.understudy.chat.JsonTree}, which bounds the depth of this recursion. */
    private void putValue(@Nullable Object value) {
        if (value == null) {
            putTag('n');
        } else if (value instanceof String text) {
            putTag('s').put(text);
        } else if (value instanceof Boolean flag) {
            putTag(flag ? 't' : 'f');
        } else if (value instanceof Number number) {
            putTag('#').put(number.toString());
        } else if (value instanceof Map<?, ?> map) {
            putTag('{').putMap(map);
        } else if (value instanceof List<?> list) {
            putTag('[').putCount(list.size());
            for (Object element : list) {
                putValue(element);
            }
        } else {
            throw new IllegalArgumentException(
                    "JSON has no value of type " + value.getClass().getName());
        }
    }

    private void reserve(int count) {
        if (bytes.length - end < count) {
            flush();
        }
    }

    private void flush() {
        sha256.update(bytes, 0, end);
        end = 0;
    }
}
