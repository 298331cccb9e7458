package dev.understudy.store;

import dev.understudy.error.StoreException;
import java.util.Optional;

/**
 * Where the state of rollouts outlives the process: one {@link StoredRecord} for each key. Implementations are
 * thread-safe, and several processes may use one store at the same time: a running service and the command line do.
 *
 * <p>What every implementation promises, whether it is a file, a database row or a hash in Redis:
 *
 * <ul>
 *   <li><b>Compare-and-set.</b> The operations on one key look as if they happened one after the other. Of several writers
 *       that expect the same epoch, exactly one succeeds; the others get {@code false}, read again, and decide anew. Nothing
 *       is promised about the order between different keys.
 *   <li><b>Epochs only grow.</b> The first record of a key has epoch 1, each successful write is one more, and setting a
 *       damaged record aside leaves a gap rather than begin again. So whoever holds an epoch can tell whether anything
 *       happened since, and no writer with an old view succeeds. A store that finds an older record than was written before
 *       (somebody restored a copy, or removed the record) refuses it as damaged, as far as it can know.
 *   <li><b>Durability.</b> What {@link #write} returned {@code true} for survives the death of this process at any instant,
 *       and, as far as the medium keeps its promises, that of the machine. Before it returns, a reader sees the old record
 *       or the new one, never a mixture.
 *   <li><b>No silent repair.</b> A record that is torn, changed, foreign or of a newer format is refused with a {@link
 *       StoreException} each time, until a person {@linkplain #setAside sets it aside}.
 * </ul>
 *
 * <p>A key is 1 to {@value #MAX_KEY_LENGTH} characters of well-formed text: the name of an agent, or that name and a suffix
 * such as {@code .insight}. Any other key, and null, is an {@link IllegalArgumentException} (or {@link
 * NullPointerException}) of every method.
 */
public interface RolloutStore {

    /** The longest key, in characters. */
    int MAX_KEY_LENGTH = 200;

    /**
     * Reads a record.
     *
     * @param key whose record
     * @return the last one that was written; empty where nothing was ever written
     * @throws StoreException if it is damaged, or cannot be read now
     */
    Optional<StoredRecord> read(String key);

    /**
     * Replaces a record, if nobody else did meanwhile. It waits for other writers, though not for long.
     *
     * @param key whose record
     * @param expectedEpoch the epoch of the record that the caller has seen; 0 where there was none
     * @param record the new one; its epoch is {@code expectedEpoch + 1} (see {@link StoredRecord#next})
     * @return whether it was written, and will survive; false where the store holds another epoch
     * @throws StoreException if what is there is damaged, or it cannot be written. The store then holds the old record or the
     *     new one, whole; reading tells which
     * @throws IllegalArgumentException if the epoch of the record is not the next one
     */
    boolean write(String key, long expectedEpoch, StoredRecord record);

    /**
     * Throws away a damaged record because a person said so, and keeps what it was under another name where that is
     * possible. In its place stands a record {@linkplain StoredRecord#isBlank() without fields} whose epoch is larger than
     * any that is known: its reader starts afresh. A record that is sound, or was never written, stays as it is.
     *
     * @param key whose record
     * @return what became of the damaged record, in words for that person (for example the path where it lies now); empty
     *     where nothing was damaged
     * @throws StoreException if it cannot be done now
     */
    Optional<String> setAside(String key);
}
