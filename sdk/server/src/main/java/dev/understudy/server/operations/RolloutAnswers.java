package dev.understudy.server.operations;

import dev.understudy.ModelRegistry;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Request;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the rollouts stand. */
final class RolloutAnswers {

    private final ModelRegistry registry;
    private final Agents agents;

    RolloutAnswers(ModelRegistry registry) {
        this.registry = registry;
        this.agents = new Agents(registry);
    }

    /** All of them, and the switch above them. */
    Answer all(Request request) {
        Map<String, Object> each = new LinkedHashMap<>();
        for (String agent : registry.agents()) {
            each.put(agent, RolloutTree.brief(registry.rollout(agent)));
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("use_finetuned", registry.configuration().useFinetuned());
        tree.put("rollouts", each);
        return Answer.json(200, tree);
    }

    /** One, with its evidence and its history. */
    Answer one(Request request) {
        return agents.below(
                "/rollouts", request, agent -> Answer.json(200, RolloutTree.whole(registry.rollout(agent))));
    }
}
