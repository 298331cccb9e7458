package dev.understudy.config;

import dev.understudy.error.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One configuration file and the keys that it refers to, followed by looking at them again and again: by content, so that it
 * does not matter whether somebody edits it in place, renames another over it, or Kubernetes swaps a symbolic link, nor
 * whether size and time stay the same. Not thread-safe.
 *
 * <p>What is seen changing may be half written. So something good is taken when two looks in a row saw the same, and
 * something bad is told when three did. And since the beginning of a good file may be a good file, one that is nothing but
 * the beginning of the one in force is taken for a cut one for as long as it stays so.
 */
public final class ConfigurationFile {

    private static final int LOOKS_FOR_GOOD = 2;
    private static final int LOOKS_FOR_BAD = 3;

    private final Path file;
    private final ConfigurationReader reader;
    private final Surroundings surroundings;

    /** What was taken or refused last. */
    private @Nullable Draft judged;
    /** What came after it, and how many looks in a row saw it. */
    private @Nullable Draft next;

    private int looks;
    private byte[] inForce = {};

    /**
     * Follows a file; nothing is read yet.
     *
     * @param file the YAML file; at most 256 KiB
     * @param reader who understands it
     */
    public ConfigurationFile(Path file, ConfigurationReader reader) {
        this.file = file;
        this.reader = reader;
        this.surroundings = reader.surroundings(ConfigurationReader.folder(file));
    }

    /**
     * Returns what is followed.
     *
     * @return the file
     */
    public Path path() {
        return file;
    }

    /**
     * Says whether there is anything to follow: a pipe can be read once, and a second look would wait for ever.
     *
     * @return whether it is a regular file, or a link to one
     */
    public boolean isRegular() {
        return Files.isRegularFile(file);
    }

    /**
     * Reads it for the first time: as it is.
     *
     * @return what it says
     * @throws ConfigurationException with every problem, if it cannot be read or used
     */
    public Configuration load() {
        Draft first = read(content(false));
        judged = first;
        if (first.configuration == null) {
            throw Objects.requireNonNull(first.refusal);
        }
        inForce = first.content.bytes;
        return first.configuration;
    }

    /**
     * Looks whether it has changed; after {@link #load()}.
     *
     * @return what has become of it, if that is new and certain; null if nothing has changed, or somebody may still be writing
     */
    public @Nullable Judgement look() {
        Content seen = content(true);
        if (judged != null && judged.isOf(seen)) {
            next = null;
            return null;
        }
        Draft draft = next;
        if (draft == null || !draft.isOf(seen)) {
            next = read(seen);
            looks = 1;
            return null;
        }
        looks++;
        if (looks < (draft.configuration != null ? LOOKS_FOR_GOOD : LOOKS_FOR_BAD)) {
            return null;
        }
        judged = draft;
        next = null;
        if (draft.configuration != null) {
            inForce = draft.content.bytes;
        }
        return new Judgement(draft.configuration, draft.refusal);
    }

    /**
     * Says whether the latest look saw something for the first time, so that another one soon would help.
     *
     * @return whether something new has been seen once
     */
    public boolean isChanging() {
        return next != null && looks == 1;
    }

    /**
     * What has become of the file: one of the two.
     *
     * @param configuration what it says; null where it was refused
     * @param refusal every problem; null where there is none
     */
    public record Judgement(
            @Nullable Configuration configuration, @Nullable ConfigurationException refusal) {}

    private Content content(boolean again) {
        try {
            if (again && Files.exists(file) && !isRegular()) {
                throw refusal("is not a regular file any more; put one in its place");
            }
            return new Content(ConfigurationReader.bytes(file), null);
        } catch (ConfigurationException unreadable) {
            return new Content(new byte[0], unreadable);
        }
    }

    private Draft read(Content content) {
        Surroundings.Seen seen = new Surroundings.Seen(surroundings);
        if (content.unreadable != null) {
            return new Draft(content, seen, null, content.unreadable);
        }
        try {
            Configuration configuration = reader.read(file.toString(), content.bytes, seen);
            return isCut(content.bytes)
                    ? new Draft(content, seen, null, cut(content.bytes))
                    : new Draft(content, seen, configuration, null);
        } catch (ConfigurationException refusal) {
            return new Draft(content, seen, null, refusal);
        }
    }

    private boolean isCut(byte[] bytes) {
        return bytes.length < inForce.length && Arrays.equals(bytes, 0, bytes.length, inForce, 0, bytes.length);
    }

    private ConfigurationException cut(byte[] bytes) {
        int line = 1;
        for (int i = 0; i < bytes.length - 1; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return refusal(
                "line " + line + ": the file ends here, and up to here it is the one in force: it may have been cut; if"
                        + " the rest was deleted on purpose, end it with a line '...' or with a comment");
    }

    private ConfigurationException refusal(String sentence) {
        return new ConfigurationException(file.toString(), List.of(sentence));
    }

    /** What the file held at one moment, or why it could not be read. */
    private static final class Content {
        private final byte[] bytes;
        private final @Nullable ConfigurationException unreadable;

        private Content(byte[] bytes, @Nullable ConfigurationException unreadable) {
            this.bytes = bytes;
            this.unreadable = unreadable;
        }

        private boolean isLike(Content other) {
            return Arrays.equals(bytes, other.bytes) && problems().equals(other.problems());
        }

        private List<String> problems() {
            return unreadable == null ? List.of() : unreadable.problems();
        }
    }

    /** A content that has been read, and the keys that it referred to. */
    private static final class Draft {
        private final Content content;
        private final Surroundings.Seen seen;
        private final @Nullable Configuration configuration;
        private final @Nullable ConfigurationException refusal;

        private Draft(
                Content content,
                Surroundings.Seen seen,
                @Nullable Configuration configuration,
                @Nullable ConfigurationException refusal) {
            this.content = content;
            this.seen = seen;
            this.configuration = configuration;
            this.refusal = refusal;
        }

        /** Whether this is what is there now, keys included. */
        private boolean isOf(Content now) {
            return content.isLike(now) && seen.isStillSo();
        }
    }
}
