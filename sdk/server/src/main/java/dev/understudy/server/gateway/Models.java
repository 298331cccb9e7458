package dev.understudy.server.gateway;

import dev.understudy.ModelRegistry;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Request;
import dev.understudy.server.http.Route;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers {@code GET /v1/models} and {@code GET /v1/models/{id}}: the agents, as the models that they are to clients. */
final class Models implements Route {

    static final String PATH = "/v1/models";

    private final ModelRegistry registry;
    private final Clients clients;
    private final Instant since;

    Models(ModelRegistry registry, Clients clients, Instant since) {
        this.registry = registry;
        this.clients = clients;
        this.since = since;
    }

    @Override
    public Answer answer(Request request) {
        clients.client(request);
        String id = request.below(PATH);
        if (id.isEmpty()) {
            return Answer.json(
                    200,
                    Map.of(
                            "object",
                            "list",
                            "data",
                            registry.agents().stream().map(this::model).toList()));
        }
        if (!registry.agents().contains(id)) {
            throw unknown(id, registry);
        }
        return Answer.json(200, model(id));
    }

    static ApiError unknown(String agent, ModelRegistry registry) {
        return ApiError.wrong(
                404,
                "model_not_found",
                "model",
                "There is no agent '" + Fields.shown(agent) + "'; known are " + registry.agents());
    }

    private Map<String, Object> model(String agent) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("id", agent);
        model.put("object", "model");
        model.put("created", since.getEpochSecond());
        model.put("owned_by", "understudy");
        return model;
    }
}
