package dev.understudy.store;

import dev.understudy.time.Waiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The right to write one file, among the threads of this JVM and among processes.
 *
 * <p>Among processes it is a lock of the operating system on a file beside the state, which ends with the process that holds
 * it, however that ends. On POSIX it belongs to the process, and closing <em>any</em> descriptor of the file gives it up: so
 * the threads of this JVM queue up first, only the first of them opens the file, and nothing that readers want stands in it.
 * (Two copies of this class in one JVM, from two class loaders, do not see each other's queues; they must not share a
 * directory.) Such a lock goes to whoever asks at the right moment, and a process that writes without pause would keep all
 * others out; so there are two: one holds the turn while it waits for the right to write, and nobody overtakes it. The lock's
 * file is never removed: who waits for a removed file's lock excludes nobody. It says who wrote last, for the message to
 * those who wait in vain.
 *
 * <p>No operation here can be interrupted half-way (channels would be closed by it, and the lock be lost).
 */
final class WriterLock implements AutoCloseable {

    /** The longest that a writer waits for another. */
    static final long PATIENCE_NANOS = 2_000_000_000L;

    /** Between two looks at another process's lock, which wakes nobody when it ends. */
    private static final long POLL_NANOS = 1_000_000;

    /** The bytes that are locked: far behind all content, for some systems keep readers from locked bytes. */
    private static final long TURN = 1L << 40;

    private static final long RIGHT = TURN + 1;

    private static final Pattern HOLDER = Pattern.compile("process 0*([0-9]+)\n");
    private static final int HOLDER_BYTES = 8 + 19 + 1;

    /** By the real path of the lock's file; as many as there are keys. */
    private static final Map<Path, WriterQueue> QUEUES = new ConcurrentHashMap<>();

    private final WriterQueue queue;
    private final RandomAccessFile file;
    private final Waiting waiting;

    private WriterLock(WriterQueue queue, RandomAccessFile file, Waiting waiting) {
        this.queue = queue;
        this.file = file;
        this.waiting = waiting;
    }

    /** That the lock was not to be had in time, and who has it. */
    static final class Unavailable extends Exception {

        private static final long serialVersionUID = 1L;

        Unavailable(String holder) {
            super(holder);
        }
    }

    /**
     * Takes the lock.
     *
     * @param directory where its file is
     * @param name of its file, which is created where it does not exist
     * @throws Unavailable if somebody else keeps it; the message says who
     */
    static WriterLock take(Path directory, String name, Waiting waiting) throws IOException, Unavailable {
        long until = waiting.nanoTime() + PATIENCE_NANOS;
        Path path = directory.toRealPath().resolve(name);
        WriterQueue queue = QUEUES.computeIfAbsent(path, any -> new WriterQueue());
        if (!queue.enter(waiting, until)) {
            throw new Unavailable("another thread of this process");
        }
        @Nullable RandomAccessFile file = null;
        boolean taken = false;
        try {
            Durable.createFile(path); // only now: this, too, closes a descriptor
            file = new RandomAccessFile(path.toFile(), "rw");
            try (FileLock turn = await(file, TURN, waiting, until)) {
                await(file, RIGHT, waiting, until);
            }
            WriterLock lock = new WriterLock(queue, file, waiting);
            lock.sign();
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                try {
                    if (file != null) {
                        file.close();
                    }
                } finally {
                    queue.leave(waiting);
                }
            }
        }
    }

    private static FileLock await(RandomAccessFile file, long position, Waiting waiting, long until)
            throws IOException, Unavailable {
        while (true) {
            @Nullable FileLock lock = tryLock(file, position);
            if (lock != null) {
                return lock;
            }
            if (until - waiting.nanoTime() <= 0 || Thread.currentThread().isInterrupted() || waiting.isClosed()) {
                throw new Unavailable(holder(file));
            }
            waiting.park(file, POLL_NANOS);
        }
    }

    private static @Nullable FileLock tryLock(RandomAccessFile file, long position) throws IOException {
        try {
            return file.getChannel().tryLock(position, 1, false);
        } catch (OverlappingFileLockException anotherClassLoader) {
            return null;
        }
    }

    private void sign() throws IOException {
        String line = String.format(
                Locale.ROOT, "process %019d\n", ProcessHandle.current().pid());
        file.seek(0);
        file.write(line.getBytes(StandardCharsets.US_ASCII));
    }

    private static String holder(RandomAccessFile file) throws IOException {
        byte[] line = new byte[HOLDER_BYTES];
        file.seek(0);
        int read = file.read(line);
        Matcher holder = HOLDER.matcher(new String(line, 0, Math.max(0, read), StandardCharsets.US_ASCII));
        return holder.matches() ? "process " + holder.group(1) : "another process";
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            queue.leave(waiting);
        }
    }
}
