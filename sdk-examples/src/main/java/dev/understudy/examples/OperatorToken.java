package dev.understudy.examples;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What an operator shows in order to change something: 256 random bits in a file, and the same in a file of headers for {@code
 * curl -H @operator-headers}, which so has no secret on its command line. Only their owner may read them.
 */
final class OperatorToken {

    /** How the file is called, beside the configuration. */
    static final String NAME = "operator-token";

    private static final String HEADERS = "operator-headers";

    private OperatorToken() {}

    /** Makes one in a folder, or leaves the one that is there. */
    static Path in(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            byte[] bits = new byte[32];
            new SecureRandom().nextBytes(bits);
            write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(bits) + "\n");
        }
        Path headers = folder.resolve(HEADERS);
        if (!Files.exists(headers)) {
            write(headers, "Authorization: Bearer " + Files.readString(file).strip() + "\nX-Understudy-Change: 1\n");
        }
        return file;
    }

    private static void write(Path file, String text) throws IOException {
        // Readable by nobody else from its first moment on.
        Files.createFile(file, ownerOnly());
        Files.writeString(file, text);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
