package dev.understudy.chat;

import java.util.Objects;

/**
 * A key that must never be seen: {@code toString} shows where it came from, not what it is. Compare by reference or by
 * {@link #equals}; read it with {@link #reveal()} in the one place that sends it.
 */
public final class Secret {

    private final String source;
    private final String value;

    private Secret(String source, String value) {
        this.source = source;
        this.value = value;
    }

    /**
     * Keeps a secret.
     *
     * @param source where it came from, such as {@code env:MISTRAL_API_KEY}; this is shown
     * @param value the secret: printable ASCII without blanks, so that no header can quote it in an error
     * @return a new secret
     * @throws IllegalArgumentException if the value is empty or could not stand in a header; the message does not show it
     */
    public static Secret of(String source, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("The secret " + source + " is empty");
        }
        if (!value.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException("The secret " + source
                    + " holds blanks, line breaks or characters outside ASCII; a key is one line of printable ASCII");
        }
        return new Secret(source, value);
    }

    /**
     * Returns the secret itself.
     *
     * @return the value; never log it
     */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && source.equals(that.source) && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, value);
    }

    @Override
    public String toString() {
        return "Secret[" + source + "]";
    }
}
