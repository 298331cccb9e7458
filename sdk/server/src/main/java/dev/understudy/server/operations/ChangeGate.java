package dev.understudy.server.operations;

import dev.understudy.ModelRegistry;
import dev.understudy.config.Operators;
import dev.understudy.server.http.Refusal;
import dev.understudy.server.http.Request;
import java.util.Map;

/**
 * Lets change who may. A token says who it is; the header says that no form and no link of some page sent the request, for those
 * cannot set headers.
 */
final class ChangeGate {

    static final String HEADER = "X-Understudy-Change";

    private static final String BEARER = "Bearer ";

    private final ModelRegistry registry;

    ChangeGate(ModelRegistry registry) {
        this.registry = registry;
    }

    /** Returns the name of who asks, or refuses. */
    String operator(Request request) {
        Operators operators = registry.configuration().operators();
        if (operators.isEmpty()) {
            throw new Refusal(
                    403,
                    "Nobody may change anything here; to allow it, name who may in the configuration:"
                            + " server: { operators: { alice: env:ALICE_TOKEN } }");
        }
        if (request.header(HEADER).isEmpty()) {
            throw new Refusal(403, "A change is asked for with the header " + HEADER + ": 1");
        }
        return request.header("Authorization")
                .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .flatMap(value ->
                        operators.nameOf(value.substring(BEARER.length()).strip()))
                .orElseThrow(() -> new Refusal(
                        401,
                        "A change is asked for with the token of an operator: Authorization: Bearer ...",
                        Map.of("WWW-Authenticate", "Bearer realm=\"understudy\"")));
    }
}
