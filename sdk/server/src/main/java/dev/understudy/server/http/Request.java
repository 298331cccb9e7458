package dev.understudy.server.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What somebody asks, after the gate let it in. Immutable, save for the body's bytes, which nobody changes; {@code toString}
 * shows neither header values nor body.
 *
 * @param method the method, in capitals
 * @param path the path, decoded and checked: it begins with a slash and has neither {@code ..} nor empty steps
 * @param query the parameters after the question mark, decoded; of a name that comes twice the first
 * @param headers the headers, under names in small letters
 * @param body the body; empty where there is none
 */
public record Request(
        String method, String path, Map<String, String> query, Map<String, List<String>> headers, byte[] body) {

    /** Copies headers and query. */
    public Request {
        query = Map.copyOf(query);
        Map<String, List<String>> small = new TreeMap<>();
        headers.forEach((name, values) -> small.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        headers = Map.copyOf(small);
    }

    /**
     * Returns a header.
     *
     * @param name its name, in any case
     * @return its first value
     */
    public Optional<String> header(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    /**
     * Returns what follows in the path after the place where a route hangs.
     *
     * @param route the route's path, such as {@code /health}
     * @return the rest without its leading slash; empty where nothing follows
     */
    public String below(String route) {
        String rest = path.substring(Math.min(route.length(), path.length()));
        return rest.startsWith("/") ? rest.substring(1) : rest;
    }

    @Override
    public String toString() {
        return method + " " + path + " (" + body.length + " bytes)";
    }
}
