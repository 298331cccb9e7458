package dev.understudy.store;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a {@link RolloutStore} holds for one key: text by name, and the epoch that orders the writes. Any text survives
 * unchanged, control characters and line breaks included. Immutable and thread-safe.
 *
 * @param epoch how many times this key was written, this time included: 1 or more
 * @param fields the content, in the order of the names; names are 1 to {@value #MAX_NAME_LENGTH} characters, and the whole
 *     is at most {@value #MAX_BYTES} bytes, counted as it is written in a file (UTF-8, with escapes)
 */
public record StoredRecord(long epoch, SortedMap<String, String> fields) {

    /** The longest name of a field, in characters. */
    public static final int MAX_NAME_LENGTH = 200;

    /** The largest sum of all fields, in bytes: 256 KiB. */
    public static final int MAX_BYTES = 256 << 10;

    /**
     * Checks the bounds and copies the fields.
     *
     * @throws IllegalArgumentException if one does not hold
     */
    public StoredRecord {
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch is 1 or more, not " + epoch);
        }
        // Not the constructor that takes a sorted map: it would keep a foreign order.
        SortedMap<String, String> copy = new TreeMap<>();
        copy.putAll(fields);
        long bytes = 0;
        for (Map.Entry<String, String> field : copy.entrySet()) {
            String name = field.getKey();
            if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
                throw new IllegalArgumentException(
                        "the name of a field is 1 to " + MAX_NAME_LENGTH + " characters, not " + name.length());
            }
            bytes += RecordText.bytesOf(name, field.getValue());
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a record is at most " + MAX_BYTES + " bytes, not " + bytes + "; keep less of what is past");
        }
        fields = Collections.unmodifiableSortedMap(copy);
    }

    /**
     * The first record of a key, to be written where there is none.
     *
     * @param fields the content
     * @return a record of epoch 1
     */
    public static StoredRecord first(Map<String, String> fields) {
        return new StoredRecord(1, new TreeMap<>(fields));
    }

    /**
     * The record that replaces this one.
     *
     * @param fields the new content, whole
     * @return a record of the next epoch
     */
    public StoredRecord next(Map<String, String> fields) {
        return new StoredRecord(epoch + 1, new TreeMap<>(fields));
    }

    /**
     * Looks up a field.
     *
     * @param name its name
     * @return its text, or empty where there is no such field
     */
    public Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /**
     * Says whether this record only keeps the epoch growing: its reader starts as if nothing had ever been written.
     *
     * @return whether there are no fields
     */
    public boolean isBlank() {
        return fields.isEmpty();
    }
}
