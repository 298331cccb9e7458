package dev.understudy.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Files that are on the disk when the method returns, and that only their owner may read. An interrupt neither stops nor
 * spoils any of it; the flag is kept.
 */
final class Durable {

    private static final FileAttribute<?> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private Durable() {}

    /** Creates a directory and those above it, where they do not exist. */
    static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        @Nullable Path parent = directory.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        try {
            Files.createDirectory(
                    directory, isPosix(directory) ? new FileAttribute<?>[] {DIRECTORY} : new FileAttribute<?>[0]);
        } catch (FileAlreadyExistsException meanwhile) {
            if (!Files.isDirectory(directory)) {
                throw meanwhile;
            }
        }
        if (parent != null) {
            try {
                sync(parent);
            } catch (AccessDeniedException notOurs) {
                // One may create in a directory without being allowed to read it.
            }
        }
    }

    /** Creates an empty file, where there is none. */
    static void createFile(Path file) throws IOException {
        try {
            Files.createFile(file, isPosix(file) ? new FileAttribute<?>[] {FILE} : new FileAttribute<?>[0]);
        } catch (FileAlreadyExistsException present) {
            // As it should be.
        }
    }

    /** Writes a new file, whole; what was there before is removed, and what cannot be finished too. */
    static void write(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        boolean written = false;
        try {
            createFile(file);
            try (FileOutputStream out = new FileOutputStream(file.toFile())) {
                out.write(content);
                out.getFD().sync();
            }
            written = true;
        } finally {
            if (!written) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Gives a file another name in its directory, at one instant, in place of whatever file has that name. */
    static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        @Nullable Path directory = to.getParent();
        if (directory != null) {
            sync(directory);
        }
    }

    /** Forces the names in a directory to the disk. */
    private static void sync(Path directory) throws IOException {
        if (!isPosix(directory)) {
            return; // elsewhere a directory cannot be opened
        }
        // Channels end with an interrupt; this one is tried again without the flag.
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException again) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
