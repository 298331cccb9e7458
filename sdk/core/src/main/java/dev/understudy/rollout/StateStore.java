package dev.understudy.rollout;

import dev.understudy.error.StoreException;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's record in the store: which one was read or written last, and what keeps it from being read or written, which
 * is logged once. Used by whoever looks; {@link #trouble} and {@link #epoch} by anybody.
 */
final class StateStore {

    private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);

    /** What became of a write. */
    enum Written {
        YES,
        /** Somebody else has written meanwhile. */
        LOST,
        /** The store could not. */
        FAILED
    }

    private final String agent;
    private final RolloutStore store;
    private volatile long epoch;
    /** What keeps the state from being read, or null. */
    private volatile @Nullable String unread;
    /** What keeps it from being written, or null. */
    private volatile @Nullable String unwritten;

    StateStore(String agent, RolloutStore store) {
        this.agent = agent;
        this.store = store;
    }

    /** Reads what is there, whichever it is. */
    Optional<StoredRecord> read() {
        return store.read(agent);
    }

    /** Goes on from a record that was read and taken over; 0 where there is none. */
    void take(long taken) {
        epoch = taken;
    }

    /** Writes the next record, if nobody else has written one meanwhile. */
    Written write(RolloutState state) {
        long next = epoch + 1;
        try {
            if (!store.write(agent, epoch, new StoredRecord(next, state.fields()))) {
                return Written.LOST;
            }
        } catch (RuntimeException failed) {
            String sentence = sentence("cannot be written", failed);
            if (!sentence.equals(unwritten)) {
                unwritten = sentence;
                tell(sentence);
            }
            return Written.FAILED;
        }
        epoch = next;
        if (unwritten != null) {
            unwritten = null;
            LOG.info("State of agent '{}' can be written again", agent);
        }
        return Written.YES;
    }

    /** Remembers that the record cannot be used, and why. */
    void unreadable(String sentence) {
        if (!sentence.equals(unread)) {
            unread = sentence;
            tell(sentence);
        }
    }

    /** The record could be read and used. */
    void readable() {
        unread = null;
    }

    private static void tell(String sentence) {
        LOG.error("{}; it is tried again, and meanwhile no share rises", sentence);
    }

    /** Which record was read or written last. */
    long epoch() {
        return epoch;
    }

    /** What keeps the state from being read or written: a sentence; empty where nothing does. */
    Optional<String> trouble() {
        return Optional.ofNullable(unread).or(() -> Optional.ofNullable(unwritten));
    }

    /** What happened to the state, in a sentence. */
    String sentence(String what, RuntimeException failure) {
        // Messages of our own stores hold names and numbers; a foreign one might quote anything.
        return failure instanceof StoreException
                ? String.valueOf(failure.getMessage())
                : "State of agent '" + agent + "' " + what + " ("
                        + failure.getClass().getName() + ")";
    }
}
