package dev.understudy.budget;

import dev.understudy.error.StoreException;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.util.Optional;
import java.util.TreeMap;

/** A store in memory that does to the next operation what the test says. */
final class FaultyStore implements RolloutStore {

    /** What happens to one operation. */
    enum Fault {
        NONE,
        /** A read fails. */
        UNREADABLE,
        /** A read fails as no store should. */
        BROKEN,
        /** A write fails, and does not happen. */
        NOT_WRITTEN,
        /** A write happens, and yet fails. */
        WRITTEN_AND_FAILED,
        /** What is there is damaged. */
        DAMAGED
    }

    private RolloutStore store = new InMemoryRolloutStore();
    private boolean damaged;
    private long lastEpoch;
    private Fault next = Fault.NONE;

    /** What happens to the next operation that it can happen to. */
    void next(Fault fault) {
        next = fault;
        damaged |= fault == Fault.DAMAGED;
    }

    @Override
    public Optional<StoredRecord> read(String key) {
        if (damaged) {
            throw StoreException.damaged("of a test", "is torn", "set it aside", null);
        }
        fail(Fault.UNREADABLE);
        if (next == Fault.BROKEN) {
            next = Fault.NONE;
            throw new IllegalStateException("the prompt was: hello");
        }
        return store.read(key);
    }

    @Override
    public boolean write(String key, long expectedEpoch, StoredRecord record) {
        fail(Fault.NOT_WRITTEN);
        boolean written = store.write(key, expectedEpoch, record);
        if (written) {
            lastEpoch = record.epoch();
            fail(Fault.WRITTEN_AND_FAILED);
        }
        return written;
    }

    @Override
    public Optional<String> setAside(String key) {
        if (!damaged) {
            return Optional.empty();
        }
        damaged = false;
        // A blank record with a larger epoch than any that was there.
        store = new InMemoryRolloutStore();
        for (long epoch = 1; epoch <= lastEpoch + 1; epoch++) {
            store.write(key, epoch - 1, new StoredRecord(epoch, new TreeMap<>()));
        }
        return Optional.of("it is gone");
    }

    private void fail(Fault fault) {
        if (next == fault) {
            next = Fault.NONE;
            throw StoreException.unavailable("of a test", "does not answer", "wait", null);
        }
    }
}
