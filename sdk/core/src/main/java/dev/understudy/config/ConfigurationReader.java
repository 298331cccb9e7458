package dev.understudy.config;

import dev.understudy.chat.ProviderClient;
import dev.understudy.error.ConfigurationException;
import dev.understudy.throttle.ConcurrencyLimit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads configuration files. What comes out depends only on the file's bytes, the environment, and the key files that it names.
 * Immutable and thread-safe.
 *
 * <p>The way of a file: at most 256 KiB of strict UTF-8; {@link YamlParser}: text to nodes; {@link Keys} and {@link Value}: nodes
 * to values, key by key, against the {@link Schema}; {@link Binder}: values to settings; {@link WholeCheck}: what the whole shows.
 * A file that is no YAML stops at the first problem; all others are collected.
 */
public final class ConfigurationReader {

    /** The largest file that is read, in bytes. */
    public static final int MAX_BYTES = 256 << 10;

    /** Null where keys are not looked up. */
    private final @Nullable Function<String, @Nullable String> environment;

    private final Map<String, ProviderClient.Factory> factories;
    /** Whether a limit on concurrency can be learnt. */
    private final boolean learns;

    /**
     * A reader with its surroundings.
     *
     * @param environment where {@code env:NAME} is looked up; returns null for what is not set
     * @param factories the provider clients that there are, by the name of their {@code api}
     */
    public ConfigurationReader(
            Function<String, @Nullable String> environment, Map<String, ProviderClient.Factory> factories) {
        this(environment, factories, ConcurrencyLimit.Factory.installed().isPresent());
    }

    ConfigurationReader(
            @Nullable Function<String, @Nullable String> environment,
            Map<String, ProviderClient.Factory> factories,
            boolean learns) {
        this.environment = environment;
        this.factories = Map.copyOf(factories);
        this.learns = learns;
    }

    /**
     * A reader that looks up keys in the process's environment and finds provider clients on the class path.
     *
     * @return a new reader
     */
    public static ConfigurationReader installed() {
        return new ConfigurationReader(System::getenv, ProviderClient.factories());
    }

    /**
     * A reader that takes every reference to a key for good without following it, for tools that explain or change a file on a
     * machine without its keys. What it reads can answer every question and make no call.
     *
     * @return a new reader with the same provider clients
     */
    public ConfigurationReader withoutKeys() {
        return new ConfigurationReader(null, factories, learns);
    }

    /**
     * Reads a file.
     *
     * @param file the YAML file
     * @return what it says
     * @throws ConfigurationException with every problem, if it cannot be read or used
     */
    public Configuration read(Path file) {
        return read(file.toString(), bytes(file), surroundings(folder(file)));
    }

    /** The bytes of a file, one more than it may have. */
    static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException missing) {
            throw new ConfigurationException(file.toString(), List.of("there is no such file"));
        } catch (IOException | SecurityException unreadable) {
            throw new ConfigurationException(
                    file.toString(),
                    List.of("cannot be read (" + unreadable.getClass().getSimpleName()
                            + "); check that it is a file and its permissions"));
        }
    }

    /** Where relative paths in a file start. */
    static Path folder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    /** Keys as they are now. */
    Surroundings surroundings(Path folder) {
        if (environment == null) {
            return Surroundings.NO_KEYS;
        }
        return new Surroundings() {
            @Override
            public @Nullable String variable(String name) {
                return environment.apply(name);
            }

            @Override
            public byte[] keyFile(String path) throws IOException {
                try (InputStream in = Files.newInputStream(folder.resolve(path))) {
                    return in.readNBytes(KeyReference.MAX_BYTES + 1);
                }
            }
        };
    }

    /**
     * Reads what a file holds.
     *
     * @param source the file's name, for messages
     * @param folder where relative paths in it start
     * @param bytes its content
     * @return what it says
     * @throws ConfigurationException with every problem, if it cannot be used
     */
    public Configuration read(String source, Path folder, byte[] bytes) {
        return read(source, bytes, surroundings(folder));
    }

    Configuration read(String source, byte[] bytes, Surroundings surroundings) {
        Problems problems = new Problems();
        Configuration configuration;
        try {
            Node document = YamlParser.parse(decode(bytes), problems);
            Section root = Schema.Root.KEYS.section().read(document, Where.TOP, problems);
            configuration = new Binder(surroundings, factories, learns, problems)
                    .bind(root != null ? root : Section.broken(Where.TOP));
        } catch (Unreadable unreadable) {
            throw new ConfigurationException(source, List.of(unreadable.sentence()));
        }
        if (!problems.isEmpty()) {
            throw new ConfigurationException(source, problems.sentences());
        }
        return configuration;
    }

    static String decode(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new Unreadable("is larger than 256KiB; a configuration is much smaller");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        if (utf8.decode(in, out, true).isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new Unreadable(line, "is not UTF-8; save the file as UTF-8");
        }
        String text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}
