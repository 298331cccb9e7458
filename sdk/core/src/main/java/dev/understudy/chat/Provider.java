package dev.understudy.chat;

import java.net.URI;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A service with an address, a key and a wire format. Immutable.
 *
 * @param name its name in the configuration
 * @param api the wire format, which selects the {@link ProviderClient.Factory}; {@code openai} for chat completions
 * @param baseUrl where it is, such as {@code https://api.mistral.ai/v1}; https, save for loopback
 * @param apiKey the key, or null where the service wants none
 * @param maxConcurrent most attempts on the wire at once, of all agents together; at least 1
 * @param options what only this wire format knows, as a {@link JsonTree}
 */
public record Provider(
        String name,
        String api,
        URI baseUrl,
        @Nullable Secret apiKey,
        int maxConcurrent,
        Map<String, @Nullable Object> options) {

    /** Unless the configuration says otherwise. */
    public static final int DEFAULT_MAX_CONCURRENT = 64;

    /** Checks and copies. */
    public Provider {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(api, "api");
        Objects.requireNonNull(baseUrl, "baseUrl");
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("max_concurrent of '" + name + "' is at least 1, not " + maxConcurrent);
        }
        options = options.isEmpty() ? Map.of() : JsonTree.copyOf(options);
    }

    /** Shows the names of the options, not their values: a header among them may be a key. */
    @Override
    public String toString() {
        return "Provider[" + name + ", api=" + api + ", baseUrl=" + baseUrl + ", apiKey=" + apiKey + ", maxConcurrent="
                + maxConcurrent + ", options=" + options.keySet() + "]";
    }
}
