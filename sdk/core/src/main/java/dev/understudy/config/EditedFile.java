package dev.understudy.config;

import dev.understudy.error.ConfigurationException;
import dev.understudy.error.EditRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A configuration file that is changed while applications follow it.
 *
 * <p><b>Whole or not at all.</b> The new content is written beside the file, forced to the disk, and renamed over it; whoever
 * reads sees the old file or the new one. Permissions and owner stay; a link stays a link, and the file behind it is replaced.
 *
 * <p><b>Nothing gets lost.</b> Processes of ours take turns by a {@link LockFile}. Somebody else's change is noticed because
 * the content is compared just before the rename: then the file is read again and the change is made anew. An editor that saves
 * within the microseconds between comparison and rename is the one that cannot be noticed: no file system offers more.
 *
 * <p><b>Never a bad file.</b> What would not load is not written.
 */
final class EditedFile {

    private static final int ATTEMPTS = 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** What a mounted ConfigMap or Secret is made of: a link to {@code ..data}, and that one to {@code ..2026_11_21_…}. */
    private static final Pattern MOUNTED = Pattern.compile("\\.\\.(data|\\d{4}_\\d{2}_\\d{2}_.*)");

    /** What to make of the text, with the configuration that it says now. */
    @FunctionalInterface
    interface Change {
        /** Changes the text, or returns it without changes. */
        YamlScalarEdit.Edited apply(YamlText text, Configuration configuration);
    }

    private final Path file;
    private final ConfigurationReader reader;
    private final Runnable beforeReplacing;

    /** A file; nothing is read yet. */
    EditedFile(Path file) {
        this(file, ConfigurationReader.installed(), () -> {});
    }

    /** With a seam for tests: somebody else's chance to change the file at the worst moment. */
    EditedFile(Path file, ConfigurationReader reader, Runnable beforeReplacing) {
        this.file = file;
        this.reader = reader.withoutKeys();
        this.beforeReplacing = beforeReplacing;
    }

    /** Returns which file, as it was named. */
    Path path() {
        return file;
    }

    /**
     * Changes the file.
     *
     * @return what was changed
     * @throws EditRefusedException if it cannot be changed, or would not load afterwards; then it is as before
     * @throws ConfigurationException if it does not load as it is
     */
    List<ConfigurationEdit.Change> change(Change change) {
        Path real = behindLinks();
        Path folder = real.toAbsolutePath().getParent();
        if (folder == null) {
            throw new EditRefusedException(file + " is no file");
        }
        try (LockFile lock = LockFile.of(real)) {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                byte[] before = Files.readAllBytes(real);
                String text = decode(before);
                boolean marked = text.startsWith(BYTE_ORDER_MARK);
                Configuration configuration = reader.read(file.toString(), folder, before);
                YamlScalarEdit.Edited edited =
                        change.apply(YamlText.of(marked ? text.substring(1) : text), configuration);
                if (edited.changes().isEmpty()) {
                    return List.of();
                }
                String result = (marked ? BYTE_ORDER_MARK : "") + edited.text();
                byte[] after = result.getBytes(StandardCharsets.UTF_8);
                mustLoad(folder, after);
                if (replace(real, folder, before, after)) {
                    return edited.changes();
                }
            }
        } catch (IOException failed) {
            throw new EditRefusedException(
                    file + " cannot be changed (" + reason(failed) + "); it is as before", failed);
        }
        throw new EditRefusedException(file + " is being changed all the time; find out by whom, and try again");
    }

    private Path behindLinks() {
        try {
            for (Path link = file.toAbsolutePath(); Files.isSymbolicLink(link); ) {
                link = link.resolveSibling(Files.readSymbolicLink(link));
                notMounted(link);
            }
            Path real = file.toRealPath();
            notMounted(real);
            boolean linked = Files.getFileStore(real).supportsFileAttributeView("unix")
                    && ((Number) Files.getAttribute(real, "unix:nlink")).intValue() > 1;
            if (linked) {
                throw new EditRefusedException(
                        file + " has several names (hard links), of which a change would reach one only;"
                                + " make it a file of its own, or a symbolic link");
            }
            return real;
        } catch (NoSuchFileException missing) {
            throw new EditRefusedException("There is no file " + file, missing);
        } catch (IOException | UnsupportedOperationException unreadable) {
            throw new EditRefusedException(file + " cannot be read (" + reason(unreadable) + ")", unreadable);
        }
    }

    private void notMounted(Path path) {
        for (Path name : path) {
            if (MOUNTED.matcher(name.toString()).matches()) {
                throw new EditRefusedException(
                        file + " is mounted from a Kubernetes ConfigMap or Secret, which is read-only here;"
                                + " change the object itself (kubectl edit configmap …), and the mount follows");
            }
        }
    }

    private String decode(byte[] bytes) throws IOException {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return text.toString();
        } catch (CharacterCodingException broken) {
            throw new EditRefusedException(file + " is not UTF-8; save it as UTF-8", broken);
        }
    }

    private void mustLoad(Path folder, byte[] after) {
        try {
            reader.read(file.toString(), folder, after);
        } catch (ConfigurationException invalid) {
            List<String> lines = new ArrayList<>(List.of(file + " would no longer load, so it was left as it is:"));
            invalid.problems().forEach(problem -> lines.add("  - " + problem));
            throw new EditRefusedException(String.join(System.lineSeparator(), lines), invalid);
        }
    }

    /** Replaces the file unless somebody else has changed it. */
    private boolean replace(Path real, Path folder, byte[] before, byte[] after) throws IOException {
        Path fresh = Files.createTempFile(folder, "." + real.getFileName() + ".", ".tmp");
        try {
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(after);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                ownAs(real, fresh);
                out.force(true);
            }
            beforeReplacing.run();
            if (!Arrays.equals(before, Files.readAllBytes(real))) {
                return false;
            }
            try {
                Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException impossible) {
                throw new EditRefusedException(
                        file + " cannot be replaced in one step on this file system", impossible);
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
        force(folder);
        return true;
    }

    /** Gives a file the permissions and the owner of another. */
    private void ownAs(Path real, Path fresh) throws IOException {
        PosixFileAttributeView to = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        if (to == null) {
            return;
        }
        PosixFileAttributes wanted = Files.readAttributes(real, PosixFileAttributes.class);
        PosixFileAttributes have = to.readAttributes();
        try {
            if (!wanted.group().equals(have.group())) {
                to.setGroup(wanted.group());
            }
            if (!wanted.owner().equals(have.owner())) {
                to.setOwner(wanted.owner());
            }
        } catch (IOException forbidden) {
            throw new EditRefusedException(
                    file + " belongs to " + wanted.owner().getName() + ":"
                            + wanted.group().getName() + ", and would change its owner; run this as "
                            + wanted.owner().getName(),
                    forbidden);
        }
        to.setPermissions(wanted.permissions());
    }

    /** Makes the rename itself last, where directories can be forced. */
    private static void force(Path folder) {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException notHere) {
            // Some systems do not open directories; there the rename lasts when they say so.
        }
    }

    /** Why a file could not be used, in words. */
    private static String reason(Exception failed) {
        String kind = failed.getClass().getSimpleName().replaceAll("(Exception|Error)$", "");
        String words = kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        String said = failed instanceof FileSystemException system ? system.getReason() : null;
        return said == null ? words : said;
    }
}
