package dev.understudy.store;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The checks that every store makes of what it is given. */
final class StoreKey {

    private StoreKey() {}

    static String check(String key) {
        Objects.requireNonNull(key, "key");
        if (key.isEmpty() || key.length() > RolloutStore.MAX_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "a key is 1 to " + RolloutStore.MAX_KEY_LENGTH + " characters, not " + key.length());
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            throw new IllegalArgumentException("a key is well-formed text, without halves of characters");
        }
        return key;
    }

    static void check(String key, long expectedEpoch, StoredRecord record) {
        check(key);
        if (expectedEpoch < 0) {
            throw new IllegalArgumentException("the expected epoch is 0 or more, not " + expectedEpoch);
        }
        if (record.epoch() != expectedEpoch + 1) {
            throw new IllegalArgumentException(
                    "after epoch " + expectedEpoch + " comes " + (expectedEpoch + 1) + ", not " + record.epoch());
        }
    }
}
