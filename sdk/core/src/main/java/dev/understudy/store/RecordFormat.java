package dev.understudy.store;

import dev.understudy.error.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record as the text of a file:
 *
 * <pre>
 * understudy-state 1
 * key qa_agent
 * epoch 57
 * phase=RUNNING
 * share=5000
 * sha256 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
 * </pre>
 *
 * The last line is the checksum of all bytes before it, so that no cut and no flipped bit goes unnoticed; the key keeps a file
 * that was renamed or copied from being taken for another agent's. One record has exactly one text: what is read must be
 * what would be written.
 */
final class RecordFormat {

    /** The longest text: the fields, and room for the four lines around them. */
    static final int MAX_BYTES = StoredRecord.MAX_BYTES + (4 << 10);

    private static final String MAGIC = "understudy-state ";
    private static final int VERSION = 1;
    private static final String FIRST_LINE = MAGIC + VERSION + "\n";
    private static final String CHECKSUM = "sha256 ";
    private static final int CHECKSUM_BYTES = CHECKSUM.length() + 64 + 1;
    private static final Pattern EPOCH = Pattern.compile("\nepoch ([1-9][0-9]{0,17})\n");

    private static final String NEXT =
            "nothing in it is believed until a person puts the last good copy back or sets it aside"
                    + " ('understudy rollout FILE reset' does, and keeps it under another name)";

    private RecordFormat() {}

    static byte[] encode(String key, StoredRecord record) {
        StringBuilder text = new StringBuilder(FIRST_LINE);
        text.append("key ").append(RecordText.escaped(key)).append('\n');
        text.append("epoch ").append(record.epoch()).append('\n');
        record.fields().forEach((name, value) -> text.append(RecordText.line(name, value)));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(body, body.length + CHECKSUM_BYTES);
        System.arraycopy(checksum(body, body.length), 0, whole, body.length, CHECKSUM_BYTES);
        return whole;
    }

    /** Reads what {@link #encode} wrote, and nothing else. */
    static StoredRecord decode(String location, String key, byte[] bytes) {
        checkFormat(location, bytes);
        int body = bytes.length - CHECKSUM_BYTES;
        if (body < FIRST_LINE.length()
                || bytes[bytes.length - 1] != '\n'
                || bytes[body - 1] != '\n'
                || !startsWith(bytes, body, CHECKSUM)) {
            throw refused(location, "is torn: it does not end with its checksum");
        }
        if (!Arrays.equals(checksum(bytes, body), Arrays.copyOfRange(bytes, body, bytes.length))) {
            throw refused(location, "was changed: its checksum does not fit");
        }
        StoredRecord record = parse(location, key, bytes, body);
        if (!Arrays.equals(encode(key, record), bytes)) {
            throw refused(location, "is not written as Understudy writes it, although its checksum fits");
        }
        return record;
    }

    /** The epoch that a damaged text speaks of, so that a later one can be larger; 0 where it says nothing. */
    static long epochIn(byte[] damaged) {
        Matcher epoch = EPOCH.matcher(new String(damaged, StandardCharsets.ISO_8859_1));
        return epoch.find() ? Long.parseLong(epoch.group(1)) : 0;
    }

    static StoreException refused(String location, String what) {
        return StoreException.damaged(location, what, NEXT, null);
    }

    private static void checkFormat(String location, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw refused(location, "is larger than " + MAX_BYTES + " bytes, and no record is");
        }
        if (startsWith(bytes, 0, FIRST_LINE)) {
            return;
        }
        byte[] first = FIRST_LINE.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < first.length && Arrays.equals(bytes, Arrays.copyOf(first, bytes.length))) {
            throw refused(location, bytes.length == 0 ? "is torn: it is empty" : "is torn: its first line is cut");
        }
        if (startsWith(bytes, 0, MAGIC)) {
            throw refused(
                    location,
                    "is of another format than " + VERSION + ", the one that is known here: a newer version of"
                            + " Understudy wrote it, or its first line was changed");
        }
        throw refused(location, "is foreign: Understudy did not write it");
    }

    private static StoredRecord parse(String location, String key, byte[] bytes, int length) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
            String[] lines = text.split("\n", -1);
            String written = RecordText.unescaped(lines[1].substring("key ".length()));
            if (!written.equals(key)) {
                throw refused(location, "is foreign: it belongs to '" + written + "', not to '" + key + "'");
            }
            long epoch = Long.parseLong(lines[2].substring("epoch ".length()));
            SortedMap<String, String> fields = new TreeMap<>();
            for (int i = 3; i < lines.length - 1; i++) {
                int equals = lines[i].indexOf('=');
                fields.put(
                        RecordText.unescaped(lines[i].substring(0, equals)),
                        RecordText.unescaped(lines[i].substring(equals + 1)));
            }
            return new StoredRecord(epoch, fields);
        } catch (CharacterCodingException | IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw refused(location, "cannot be understood, although its checksum fits");
        }
    }

    private static boolean startsWith(byte[] bytes, int from, String ascii) {
        byte[] expected = ascii.getBytes(StandardCharsets.UTF_8);
        return bytes.length - from >= expected.length
                && Arrays.equals(bytes, from, from + expected.length, expected, 0, expected.length);
    }

    private static byte[] checksum(byte[] bytes, int length) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(bytes, 0, length);
            String line = CHECKSUM + HexFormat.of().formatHex(sha256.digest()) + "\n";
            return line.getBytes(StandardCharsets.UTF_8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
