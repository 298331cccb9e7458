package dev.understudy.server.gateway;

import dev.understudy.ModelRegistry;
import dev.understudy.config.Operators;
import dev.understudy.server.http.Request;

/**
 * Who may ask, by the key that OpenAI's clients send as {@code Authorization: Bearer}: those that the configuration in force
 * names under {@code server.clients}. Where it names none, anybody may, as long as only this machine can reach the server.
 */
final class Clients {

    private static final String SCHEME = "bearer ";

    private final ModelRegistry registry;
    private final boolean keyNeeded;

    /**
     * Asks a registry's configuration.
     *
     * @param registry whose configuration names the clients
     * @param keyNeeded whether nobody may ask without a key even where nobody is named
     */
    Clients(ModelRegistry registry, boolean keyNeeded) {
        this.registry = registry;
        this.keyNeeded = keyNeeded;
    }

    /**
     * Returns who asks.
     *
     * @return the client's name; empty where nobody needs one
     * @throws ApiError with status 401, if nobody has that key
     */
    String client(Request request) {
        Operators known = registry.configuration().clients();
        if (known.isEmpty() && !keyNeeded) {
            return "";
        }
        String header = request.header("Authorization").orElse("");
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unknown("A key is needed here, as 'Authorization: Bearer KEY'");
        }
        return known.nameOf(header.substring(SCHEME.length()).strip())
                .orElseThrow(() -> unknown("This key is nobody's here"));
    }

    private static ApiError unknown(String message) {
        return ApiError.wrong(401, "invalid_api_key", null, message);
    }
}
