package dev.understudy.config;

import dev.understudy.chat.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may change a running service from outside, or call its agents: persons and programs by name, each with a token of its own.
 * It knows a token again and never gives one away. Immutable, compared by value.
 */
public final class Operators {

    /** Nobody. */
    public static final Operators NONE = new Operators(Map.of());

    /** The shortest token, in characters. */
    public static final int MIN_TOKEN_LENGTH = 16;

    private final Map<String, Secret> tokens;
    private final Map<String, byte[]> digests = new LinkedHashMap<>();

    Operators(Map<String, Secret> tokens) {
        this.tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
        tokens.forEach((name, token) -> digests.put(name, digest(token.reveal())));
    }

    /**
     * Says whether there is nobody.
     *
     * @return whether no token opens anything
     */
    public boolean isEmpty() {
        return tokens.isEmpty();
    }

    /**
     * Returns who they are.
     *
     * @return their names, in the order in which they were given; unmodifiable
     */
    public Set<String> names() {
        return tokens.keySet();
    }

    /**
     * Finds out whose token this is. How long that takes says nothing about any token.
     *
     * @param token what somebody showed
     * @return the owner's name; empty if it is nobody's
     */
    public Optional<String> nameOf(String token) {
        byte[] shown = digest(token);
        String owner = null;
        for (Map.Entry<String, byte[]> each : digests.entrySet()) { // all of them, whichever it is
            if (MessageDigest.isEqual(shown, each.getValue())) {
                owner = each.getKey();
            }
        }
        return Optional.ofNullable(owner);
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) { // every Java platform has it
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Operators that && tokens.equals(that.tokens);
    }

    @Override
    public int hashCode() {
        return tokens.hashCode();
    }

    @Override
    public String toString() {
        return "Operators" + names();
    }
}
