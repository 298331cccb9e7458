package dev.understudy.store;

import dev.understudy.time.Waiting;
import java.nio.file.Path;
import java.util.Optional;

/**
 * State in a directory of its own: a small text file for each key, such as {@code qa_agent.state}, readable by people and
 * by its owner only. A new text is written beside the old one, forced to the disk and renamed over it, so that whatever
 * ends the process, the file is the old record or the new one. A checksum notices everything else.
 *
 * <p>Several threads and processes of one machine may use the same directory: a running service and the command line do.
 * Writers take turns, and wait at most two seconds for theirs; readers wait for nobody. The lock of a process that died
 * ends with it. The directory must be on a file system with locks and atomic renames: a local one. It is created, with
 * access for its owner only, by the first write.
 *
 * <p>Reads and writes block for as long as the disk takes (a write forces it twice). An interrupt does not spoil them: it only
 * ends the wait for another writer. Thread-safe.
 */
public final class FileRolloutStore implements RolloutStore {

    private final Path directory;
    private final Waiting waiting;

    /**
     * Uses a directory.
     *
     * @param directory where the files are; need not exist yet
     */
    public FileRolloutStore(Path directory) {
        // A clock and a parking of its own: what was decided last is still written while the registry closes.
        this(directory, Waiting.system());
    }

    FileRolloutStore(Path directory, Waiting waiting) {
        this.directory = directory.toAbsolutePath().normalize();
        this.waiting = waiting;
    }

    /**
     * Returns where the files are.
     *
     * @return the absolute path
     */
    public Path directory() {
        return directory;
    }

    @Override
    public Optional<StoredRecord> read(String key) {
        return file(key).read();
    }

    @Override
    public boolean write(String key, long expectedEpoch, StoredRecord record) {
        StoreKey.check(key, expectedEpoch, record);
        return file(key).write(expectedEpoch, record);
    }

    @Override
    public Optional<String> setAside(String key) {
        return file(key).setAside();
    }

    private StateFile file(String key) {
        return new StateFile(directory, StoreKey.check(key), waiting);
    }

    @Override
    public String toString() {
        return "directory " + directory;
    }
}
