package dev.understudy.rollout;

import dev.understudy.error.StoreException;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A store that fails when a test says so, and lets somebody else write just before. */
final class FaultyStore implements RolloutStore {

    InMemoryRolloutStore inner = new InMemoryRolloutStore();
    /** The shares that were written, in order. */
    final List<Share> written = new ArrayList<>();

    boolean readsFail;
    boolean writesFail;
    /** What somebody else does between our reading and our writing; once. */
    Runnable meanwhile = () -> {};

    @Override
    public Optional<StoredRecord> read(String key) {
        if (readsFail) {
            throw StoreException.damaged("of the test", "is torn", "reset it", null);
        }
        return inner.read(key);
    }

    @Override
    public boolean write(String key, long expectedEpoch, StoredRecord record) {
        Runnable other = meanwhile;
        meanwhile = () -> {};
        other.run();
        if (writesFail) {
            throw StoreException.unavailable("of the test", "cannot be written: disk full", "make room", null);
        }
        boolean done = inner.write(key, expectedEpoch, record);
        if (done) {
            written.add(RolloutState.read(key, record).share());
        }
        return done;
    }

    @Override
    public Optional<String> setAside(String key) {
        boolean damaged = readsFail;
        readsFail = false;
        return damaged ? Optional.of("nowhere") : Optional.empty();
    }
}
