package dev.understudy.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file whole: beside its place first, then moved there in one step. */
final class WholeFile {

    private static final int NAMES = 100;

    private WholeFile() {}

    static void write(Path file, String text) throws IOException {
        Path target = file.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new IOException("A report is a file, and " + file + " is a folder");
        }
        Path beside = writeBeside(target, text.getBytes(StandardCharsets.UTF_8));
        try {
            try {
                Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException rareFileSystem) {
                Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** The first free name of a few: no temporary file of the JDK, for those can be read by their owner only. */
    private static Path writeBeside(Path target, byte[] bytes) throws IOException {
        for (int i = 0; ; i++) {
            Path beside = target.resolveSibling("." + target.getFileName() + "." + i + ".part");
            try {
                Files.write(beside, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                return beside;
            } catch (FileAlreadyExistsException taken) {
                if (i == NAMES) {
                    throw taken;
                }
            } catch (IOException failed) {
                Files.deleteIfExists(beside);
                throw failed;
            }
        }
    }
}
