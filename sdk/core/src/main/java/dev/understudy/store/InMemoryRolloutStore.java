package dev.understudy.store;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * State that lives as long as this object: for tests, for simulations, and where a restart may begin a rollout again. It
 * never waits, and what it holds is never damaged. Thread-safe.
 */
public final class InMemoryRolloutStore implements RolloutStore {

    private final ConcurrentHashMap<String, StoredRecord> records = new ConcurrentHashMap<>();

    /** An empty store. */
    public InMemoryRolloutStore() {}

    @Override
    public Optional<StoredRecord> read(String key) {
        return Optional.ofNullable(records.get(StoreKey.check(key)));
    }

    @Override
    public boolean write(String key, long expectedEpoch, StoredRecord record) {
        StoreKey.check(key, expectedEpoch, record);
        if (expectedEpoch == 0) {
            return records.putIfAbsent(key, record) == null;
        }
        StoredRecord current = records.get(key);
        // Compared by content: whatever else has this epoch and the same fields is the same record.
        return current != null && current.epoch() == expectedEpoch && records.replace(key, current, record);
    }

    @Override
    public Optional<String> setAside(String key) {
        StoreKey.check(key);
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "memory of this process";
    }
}
