package dev.understudy.server.gateway;

import dev.understudy.chat.Secret;
import dev.understudy.server.http.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who may ask, by the key that OpenAI's clients send as {@code Authorization: Bearer}. With none configured anybody may, who
 * can reach the server. Immutable.
 */
final class Clients {

    private static final String SCHEME = "bearer ";

    private final Map<String, byte[]> digests = new LinkedHashMap<>();

    Clients(Map<String, Secret> keys) {
        keys.forEach((name, key) -> digests.put(name, sha256(key.reveal())));
    }

    /**
     * Returns who asks.
     *
     * @return the client's name; empty where nobody needs one
     * @throws ApiError with status 401, if nobody has that key
     */
    String client(Request request) {
        if (digests.isEmpty()) {
            return "";
        }
        String header = request.header("Authorization").orElse("");
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unknown("A key is needed here, as 'Authorization: Bearer KEY'");
        }
        byte[] given = sha256(header.substring(SCHEME.length()).strip());
        String found = "";
        for (Map.Entry<String, byte[]> client : digests.entrySet()) { // all of them, so that time tells nothing
            if (MessageDigest.isEqual(client.getValue(), given)) {
                found = client.getKey();
            }
        }
        if (found.isEmpty()) {
            throw unknown("This key is nobody's here");
        }
        return found;
    }

    private static ApiError unknown(String message) {
        return ApiError.wrong(401, "invalid_api_key", null, message);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) { // every Java has it
            throw new IllegalStateException(impossible);
        }
    }
}
