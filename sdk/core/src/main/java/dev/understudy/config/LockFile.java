package dev.understudy.config;

import dev.understudy.error.EditRefusedException;
import dev.understudy.time.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A turn at changing a file, among the processes of this command: a locked file {@code .NAME.lock} beside it. It is gone
 * afterwards; when the process dies, the lock is, and the next one takes the file over. Threads of one process take turns too,
 * for which the lock of a file is not made.
 */
final class LockFile implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Of nobody's registry: this is no call, and waits for other processes. */
    private static final Waiting WAITING = Waiting.system();

    private static final ReentrantLock THREADS = new ReentrantLock(true);

    private final Path path;
    private final FileChannel channel;

    private LockFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Waits for a turn.
     *
     * @param file what is to be changed
     * @return the turn, to be closed by the same thread
     * @throws EditRefusedException if it does not come within 10 s
     * @throws IOException if no file can be made beside it
     */
    static LockFile of(Path file) throws IOException {
        Path path = file.resolveSibling("." + file.getFileName() + ".lock");
        LockFile lock = null;
        THREADS.lock();
        try {
            lock = acquire(path);
        } finally {
            if (lock == null) {
                THREADS.unlock();
            }
        }
        if (lock == null) {
            throw new EditRefusedException(
                    "Another understudy has been changing " + file + " for 10 s; wait for it, or end it");
        }
        return lock;
    }

    private static @Nullable LockFile acquire(Path path) throws IOException {
        long until = WAITING.nanoTime() + PATIENCE_NANOS;
        do {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean mine = false;
            try {
                mine = channel.tryLock() != null && isStillThere(path, channel);
            } finally {
                if (!mine) {
                    channel.close();
                }
            }
            if (mine) {
                return new LockFile(path, channel);
            }
            WAITING.park(path, POLL_NANOS);
        } while (WAITING.nanoTime() - until < 0);
        return null;
    }

    /** Whether what was locked is what stands there: its last holder may have removed it after it was opened here. */
    private static boolean isStillThere(Path path, FileChannel channel) throws IOException {
        byte[] token = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0).write(ByteBuffer.wrap(token));
        try {
            return Arrays.equals(token, Files.readAllBytes(path));
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(path);
            channel.close();
        } finally {
            THREADS.unlock();
        }
    }
}
