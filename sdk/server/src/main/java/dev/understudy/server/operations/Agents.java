package dev.understudy.server.operations;

import dev.understudy.ModelRegistry;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Finds the agent that a path names. */
final class Agents {

    private final ModelRegistry registry;

    Agents(ModelRegistry registry) {
        this.registry = registry;
    }

    /** Answers for the agent below a path; for one that does not exist, with those that do. */
    Answer below(String path, Request request, Function<String, Answer> answer) {
        String name = request.below(path);
        return registry.agents().contains(name) ? answer.apply(name) : unknown();
    }

    /** There is no such agent; these are. */
    Answer unknown() {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("status", 404);
        error.put("message", "There is no such agent");
        error.put("agents", List.copyOf(registry.agents()));
        return Answer.json(404, Map.of("error", error));
    }
}
