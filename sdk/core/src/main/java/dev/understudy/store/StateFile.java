package dev.understudy.store;

import dev.understudy.error.StoreException;
import dev.understudy.time.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of one key in its file, with hidden companions in the same directory: the writers' lock, the mark of the last
 * epoch, and the new text before it takes the old one's name. What a dead process left behind is in nobody's way: the lock
 * ended with it, and the next writer begins with a text of its own.
 */
final class StateFile {

    private static final Logger LOG = LoggerFactory.getLogger(FileRolloutStore.class);

    private final Path directory;
    private final String key;
    private final Waiting waiting;
    private final Path state;
    private final Path lock;
    private final Path mark;
    private final Path fresh;

    StateFile(Path directory, String key, Waiting waiting) {
        this.directory = directory;
        this.key = key;
        this.waiting = waiting;
        String name = FileName.of(key);
        state = directory.resolve(name + ".state");
        lock = directory.resolve("." + name + ".lock");
        mark = directory.resolve("." + name + ".epoch");
        fresh = directory.resolve("." + name + ".new");
    }

    Optional<StoredRecord> read() {
        // First the mark: what is written in between is newer than it, and no reason to complain.
        long marked = EpochMark.read(mark);
        byte @Nullable [] bytes = bytes();
        if (bytes == null) {
            if (marked > 0) {
                throw RecordFormat.refused(
                        location(), "is lost: epoch " + marked + " was written, and the file is gone");
            }
            return Optional.empty();
        }
        StoredRecord record = RecordFormat.decode(location(), key, bytes);
        if (record.epoch() < marked) {
            throw RecordFormat.refused(
                    location(),
                    "is an old copy: it holds epoch " + record.epoch() + ", and " + marked + " was written");
        }
        return Optional.of(record);
    }

    boolean write(long expectedEpoch, StoredRecord record) {
        return locked("written", () -> {
            long epoch = read().map(StoredRecord::epoch).orElse(0L);
            if (epoch != expectedEpoch) {
                return false;
            }
            Durable.write(fresh, RecordFormat.encode(key, record));
            Durable.rename(fresh, state);
            mark(record.epoch());
            return true;
        });
    }

    Optional<String> setAside() {
        if (!Files.exists(directory)) {
            return Optional.empty();
        }
        return locked("set aside", () -> {
            @Nullable StoreException damage = damage();
            if (damage == null) {
                return Optional.empty();
            }
            long epoch = 1 + Math.max(EpochMark.read(mark), claimedEpoch());
            // Nothing is moved before the new text lies ready: a full disk changes nothing.
            Durable.write(fresh, RecordFormat.encode(key, new StoredRecord(epoch, Collections.emptySortedMap())));
            String became = "nothing was left of it";
            if (Files.exists(state, LinkOption.NOFOLLOW_LINKS)) {
                Path aside = freeName();
                Durable.rename(state, aside);
                became = aside.toString();
            }
            Durable.rename(fresh, state);
            mark(epoch);
            LOG.warn(
                    "{}. It was set aside ({}); a blank record of epoch {} is in its place",
                    damage.getMessage(),
                    became,
                    epoch);
            return Optional.of(became);
        });
    }

    private interface Act<T> {
        T run() throws IOException;
    }

    private <T> T locked(String what, Act<T> act) {
        try {
            Durable.createDirectories(directory);
            if (Files.isSymbolicLink(lock)) {
                throw StoreException.unavailable(
                        location(),
                        "cannot be " + what + ": its lock " + lock + " is a symbolic link",
                        "remove that",
                        null);
            }
            try (WriterLock held = WriterLock.take(directory, lock.getFileName().toString(), waiting)) {
                return act.run();
            }
        } catch (WriterLock.Unavailable inUse) {
            throw StoreException.unavailable(
                    location(),
                    "cannot be " + what + ": " + inUse.getMessage() + " is writing it, and did not end in time",
                    "try again; if that process hangs, end it, and its lock ends with it",
                    null);
        } catch (IOException broken) {
            throw StoreException.unavailable(
                    location(),
                    "cannot be " + what + ": " + reason(broken),
                    "what was written before is untouched; give it a directory on a local disk where this process may"
                            + " write, with some space left",
                    broken);
        }
    }

    /** The second net is not worth failing for: the record itself is durable. */
    private void mark(long epoch) {
        try {
            EpochMark.write(mark, epoch);
        } catch (IOException broken) {
            LOG.warn("State {} is written, but the mark beside it is not: {}", location(), reason(broken));
        }
    }

    private @Nullable StoreException damage() {
        try {
            read();
            return null;
        } catch (StoreException refused) {
            if (!refused.damaged()) {
                throw refused;
            }
            return refused;
        }
    }

    private long claimedEpoch() {
        try {
            byte @Nullable [] bytes = bytes();
            return bytes == null ? 0 : RecordFormat.epochIn(bytes);
        } catch (StoreException noFile) {
            return 0;
        }
    }

    private Path freeName() {
        for (int i = 1; ; i++) {
            Path name = directory.resolve(state.getFileName() + ".refused-" + i);
            if (!Files.exists(name, LinkOption.NOFOLLOW_LINKS)) {
                return name;
            }
        }
    }

    /** What the file holds, or a byte more than a record may have; null where there is none. */
    private byte @Nullable [] bytes() {
        try {
            BasicFileAttributes kind =
                    Files.readAttributes(state, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!kind.isRegularFile()) {
                String other =
                        kind.isSymbolicLink() ? "a symbolic link" : kind.isDirectory() ? "a directory" : "no file";
                throw RecordFormat.refused(location(), "is foreign: it is " + other);
            }
            try (InputStream in = Files.newInputStream(state, LinkOption.NOFOLLOW_LINKS)) {
                return in.readNBytes(RecordFormat.MAX_BYTES + 1);
            }
        } catch (NoSuchFileException missing) {
            checkDirectory();
            return null;
        } catch (IOException broken) {
            throw StoreException.unavailable(
                    location(),
                    "cannot be read: " + reason(broken),
                    "check that its directory is there and that this process may read it",
                    broken);
        }
    }

    /** A file or a broken link where the directory should be is no first start, whatever the JDK makes of it. */
    private void checkDirectory() {
        for (@Nullable Path place = directory; place != null && !Files.isDirectory(place); place = place.getParent()) {
            if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                throw StoreException.unavailable(
                        location(),
                        "cannot be read: " + place + " is no directory",
                        "mend it, or name another directory",
                        null);
            }
        }
    }

    private String location() {
        return state.toString();
    }

    private static String reason(IOException broken) {
        String reason = broken instanceof FileSystemException failure ? failure.getReason() : broken.getMessage();
        String kind = broken.getClass().getSimpleName();
        return reason == null ? kind : reason + " (" + kind + ")";
    }
}
