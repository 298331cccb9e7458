package dev.understudy.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where the keys are to which a configuration file refers. */
interface Surroundings {

    /**
     * Every key is there, and none is one: each reference has a value of its own, which nobody can guess, for a configuration
     * that was read like this may after all be put into force.
     */
    Surroundings NO_KEYS = new Surroundings() {
        private final String unknown = "not-looked-up-" + UUID.randomUUID() + "-";

        @Override
        public String variable(String name) {
            return unknown + "env-" + Integer.toHexString(name.hashCode());
        }

        @Override
        public byte[] keyFile(String path) {
            return (unknown + "file-" + Integer.toHexString(path.hashCode())).getBytes(StandardCharsets.US_ASCII);
        }
    };

    /** Returns an environment variable, or null where it is not set. */
    @Nullable
    String variable(String name);

    /**
     * Reads a key file.
     *
     * @param path seen from the folder of the configuration
     * @return its first bytes, one more than it may have
     * @throws java.nio.file.InvalidPathException if that is no path
     */
    byte[] keyFile(String path) throws IOException;

    /**
     * The surroundings, and what has been seen of them: the same key file is read once, and it can be found out later whether
     * everything is still the same. Not thread-safe.
     */
    final class Seen implements Surroundings {

        private final Surroundings real;
        private final Map<String, Optional<String>> variables = new HashMap<>();
        private final Map<String, Sight> files = new HashMap<>();

        Seen(Surroundings real) {
            this.real = real;
        }

        @Override
        public @Nullable String variable(String name) {
            return variables
                    .computeIfAbsent(name, first -> Optional.ofNullable(real.variable(first)))
                    .orElse(null);
        }

        @Override
        public byte[] keyFile(String path) throws IOException {
            Sight sight = files.computeIfAbsent(path, this::look);
            if (sight.failure instanceof IOException unreadable) {
                throw unreadable;
            }
            if (sight.failure instanceof RuntimeException unfit) {
                throw unfit;
            }
            return sight.bytes;
        }

        /** Looks again. */
        boolean isStillSo() {
            return variables.entrySet().stream()
                            .allMatch(seen -> seen.getValue().equals(Optional.ofNullable(real.variable(seen.getKey()))))
                    && files.entrySet().stream()
                            .allMatch(seen -> seen.getValue().isLike(look(seen.getKey())));
        }

        private Sight look(String path) {
            try {
                return new Sight(real.keyFile(path), null);
            } catch (IOException | RuntimeException failure) {
                return new Sight(new byte[0], failure);
            }
        }

        /** What a file held, or why it could not be read. */
        private static final class Sight {
            private final byte[] bytes;
            private final @Nullable Exception failure;

            private Sight(byte[] bytes, @Nullable Exception failure) {
                this.bytes = bytes;
                this.failure = failure;
            }

            private boolean isLike(Sight other) {
                return Arrays.equals(bytes, other.bytes) && kind(failure) == kind(other.failure);
            }

            private static @Nullable Class<?> kind(@Nullable Exception failure) {
                return failure == null ? null : failure.getClass();
            }
        }
    }
}
