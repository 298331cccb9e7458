package dev.understudy.server.http;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request line asks for, decoded once. What two programs could read in two ways is refused: steps that are empty or
 * lead upward, slashes in disguise, control characters, and whole addresses.
 *
 * @param path begins with a slash
 * @param query the parameters; of a name that comes twice the first
 */
record Target(String path, Map<String, String> query) {

    private static final Pattern DISGUISED = Pattern.compile("%2f|%5c|%00|\\\\|;", Pattern.CASE_INSENSITIVE);

    static Target of(URI uri) {
        String raw = uri.getRawPath();
        if (uri.isAbsolute() || uri.getRawAuthority() != null || raw == null || !raw.startsWith("/")) {
            throw new Refusal(400, "A request line has a path, and nothing before it");
        }
        if (uri.getRawFragment() != null || DISGUISED.matcher(raw).find()) {
            throw new Refusal(400, "That is no path");
        }
        return new Target(path(decoded(raw.replace("+", "%2B"))), query(uri.getRawQuery()));
    }

    private static String path(String path) {
        boolean odd = !path.equals("/") && path.endsWith("/") || path.chars().anyMatch(Character::isISOControl);
        for (String step : path.substring(1).split("/", -1)) {
            odd |= step.equals(".") || step.equals("..") || step.isEmpty() && !path.equals("/");
        }
        if (odd) {
            throw new Refusal(400, "That is no path");
        }
        return path;
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        if (raw != null && !raw.isEmpty()) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                query.putIfAbsent(name, equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    /** Decodes, and refuses what is not UTF-8: a replacement character would make two names of one. */
    private static String decoded(String raw) {
        try {
            byte[] bytes = URLDecoder.decode(raw, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException | IllegalArgumentException broken) {
            throw new Refusal(400, "That is not UTF-8");
        }
    }
}
