package dev.understudy.config;

import dev.understudy.chat.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a key is to be found: {@code env:NAME} or {@code file:PATH}. The key itself never stands in the file, and whatever
 * stands there instead is not shown, for it may be one.
 */
sealed interface KeyReference {

    /** A longer key file is not one. */
    int MAX_BYTES = 8 << 10;

    /** What to write. */
    String REMEDY = "write 'env:NAME' or 'file:PATH'";

    /** Fetches the key. */
    Secret resolve(Surroundings surroundings) throws Refusal;

    /** Reads a reference. */
    static Value<KeyReference> value() {
        Pattern variable = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,199}");
        Pattern shell = Pattern.compile("\\$\\{?([A-Z][A-Z0-9_]{0,199})}?");
        return Value.scalar("a reference to the key: 'env:NAME' or 'file:PATH'", scalar -> {
            String text = scalar.text();
            if (text.startsWith("env:")) {
                if (!variable.matcher(text.substring(4)).matches()) {
                    throw new Refusal(
                            "what follows 'env:' is not the name of an environment variable; write for example"
                                    + " 'env:MISTRAL_API_KEY'");
                }
                return new Variable(text.substring(4));
            }
            if (text.startsWith("file:") && text.length() > 5) {
                return new KeyFile(text.substring(5));
            }
            Matcher substitution = shell.matcher(text);
            if (substitution.matches()) {
                throw new Refusal("nothing is substituted here; write 'env:" + substitution.group(1) + "'");
            }
            throw new Refusal("a key is given by reference only, and this is none (it is not shown); " + REMEDY);
        });
    }

    /** An environment variable. */
    record Variable(String name) implements KeyReference {
        @Override
        public Secret resolve(Surroundings surroundings) throws Refusal {
            // A key that somebody pasted behind 'env:' may look like a name.
            String shown = Excerpt.mayBeSecret(name) ? "that it names (not shown)" : name;
            String value = surroundings.variable(name);
            if (value == null) {
                throw new Refusal("the environment variable " + shown + " is not set; set it, or name another");
            }
            return secret("env:" + shown, value);
        }
    }

    /** A file, seen from the folder of the configuration. */
    record KeyFile(String path) implements KeyReference {
        @Override
        public Secret resolve(Surroundings surroundings) throws Refusal {
            String shown = Excerpt.quoted(path);
            byte[] bytes;
            try {
                bytes = surroundings.keyFile(path);
            } catch (NoSuchFileException | InvalidPathException missing) {
                throw new Refusal("the key file " + shown
                        + " does not exist; relative paths start at the configuration's folder");
            } catch (IOException | SecurityException unreadable) {
                throw new Refusal("the key file " + shown + " cannot be read ("
                        + unreadable.getClass().getSimpleName() + "); check that it is a file and its permissions");
            }
            if (bytes.length > MAX_BYTES) {
                throw new Refusal("the key file " + shown + " is larger than 8KiB; it should hold the key alone");
            }
            // Any byte that is not ASCII becomes a character that no key may hold.
            String text = new String(bytes, StandardCharsets.UTF_8);
            int end =
                    text.endsWith("\r\n") ? text.length() - 2 : text.endsWith("\n") ? text.length() - 1 : text.length();
            return secret("file:" + (Excerpt.mayBeSecret(path) ? "(not shown)" : path), text.substring(0, end));
        }
    }

    private static Secret secret(String source, String value) throws Refusal {
        try {
            return Secret.of(source, value);
        } catch (IllegalArgumentException unfit) {
            throw new Refusal("its value cannot be used: " + unfit.getMessage() + "; put the key there, alone");
        }
    }
}
