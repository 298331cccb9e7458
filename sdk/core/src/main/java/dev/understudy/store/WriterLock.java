package dev.understudy.store;

import dev.understudy.time.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The right to write one file, among the threads of this JVM and among processes.
 *
 * <p>Among processes it is a lock of the operating system on a file beside the state, which ends with the process that holds
 * it, however that ends. On POSIX it belongs to the process, and closing <em>any</em> descriptor of the file gives it up;
 * so the threads of this JVM queue up first, and only the first of them opens the file. (Two copies of this class in one
 * JVM, from two class loaders, do not see each other's queues; they must not share a directory.) The lock's file is never
 * removed: who waits for a removed file's lock excludes nobody.
 *
 * <p>The file has two lines. The first is the <em>mark</em>: the largest epoch that was completely written, so that a state
 * that was lost, or replaced by an older copy, is noticed. It is written after the state is durable and is not forced itself:
 * it may lag behind the state, but never be ahead of it; a mark whose checksum does not fit says nothing. The second line says
 * who wrote last, for the message to those who wait in vain.
 *
 * <p>No operation here can be interrupted half-way (channels would be closed by it, and the lock be lost).
 */
final class WriterLock implements AutoCloseable {

    /** The longest that a writer waits for another. */
    static final long PATIENCE_NANOS = 2_000_000_000L;

    /** Between two looks at another process's lock, which wakes nobody when it ends. */
    private static final long POLL_NANOS = 1_000_000;

    private static final Pattern MARK = Pattern.compile("(epoch ([0-9]{19})) ([0-9a-f]{8})\n");
    private static final int MARK_BYTES = 6 + 19 + 1 + 8 + 1;
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
     * @param path its file, which is created where it does not exist
     * @throws Unavailable if somebody else keeps it; the message says who
     */
    static WriterLock take(Path path, Waiting waiting) throws IOException, Unavailable {
        long until = waiting.nanoTime() + PATIENCE_NANOS;
        Durable.createFile(path);
        WriterQueue queue = QUEUES.computeIfAbsent(path.toRealPath(), any -> new WriterQueue());
        if (!queue.enter(waiting, until)) {
            throw new Unavailable("another thread of this process");
        }
        @Nullable RandomAccessFile file = null;
        boolean taken = false;
        try {
            file = new RandomAccessFile(path.toFile(), "rw");
            while (!tryLock(file)) {
                if (until - waiting.nanoTime() <= 0 || Thread.currentThread().isInterrupted() || waiting.isClosed()) {
                    throw new Unavailable(holder(file));
                }
                waiting.park(queue, POLL_NANOS);
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

    private static boolean tryLock(RandomAccessFile file) throws IOException {
        try {
            return file.getChannel().tryLock() != null; // it ends with the file
        } catch (OverlappingFileLockException anotherClassLoader) {
            return false;
        }
    }

    /** Reads the mark, with or without the lock; 0 where it says nothing. */
    static long mark(Path path) {
        try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            return parse(in.readNBytes(MARK_BYTES));
        } catch (NoSuchFileException neverWritten) {
            return 0;
        } catch (IOException unreadable) {
            return 0; // it only makes sure; the state speaks for itself
        }
    }

    private static long parse(byte[] line) {
        Matcher mark = MARK.matcher(new String(line, StandardCharsets.US_ASCII));
        return mark.matches() && mark.group(3).equals(checksum(mark.group(1))) ? Long.parseLong(mark.group(2)) : 0;
    }

    /** Notes that this epoch is durable. */
    void mark(long epoch) throws IOException {
        String line = String.format(Locale.ROOT, "epoch %019d", epoch);
        write(0, line + " " + checksum(line) + "\n");
    }

    private void sign() throws IOException {
        if (file.length() == 0) {
            mark(0);
        }
        write(
                MARK_BYTES,
                String.format(
                        Locale.ROOT, "process %019d\n", ProcessHandle.current().pid()));
    }

    private void write(int position, String line) throws IOException {
        file.seek(position);
        file.write(line.getBytes(StandardCharsets.US_ASCII)); // few enough bytes to be one system call
    }

    private static String holder(RandomAccessFile file) throws IOException {
        byte[] line = new byte[HOLDER_BYTES];
        file.seek(MARK_BYTES);
        int read = file.read(line);
        Matcher holder = HOLDER.matcher(new String(line, 0, Math.max(0, read), StandardCharsets.US_ASCII));
        return holder.matches() ? "process " + holder.group(1) : "another process";
    }

    private static String checksum(String line) {
        CRC32 crc = new CRC32();
        crc.update(line.getBytes(StandardCharsets.US_ASCII));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
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
