package dev.understudy.server.operations;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.Variant;
import dev.understudy.health.Health;
import dev.understudy.health.Health.Status;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.VariantFigures;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Request;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the agents are, for load balancers, probes and people. An agent that the understudy serves is DEGRADED and answers: only
 * DOWN is a 503.
 */
final class HealthAnswers {

    static final Duration WINDOW = Duration.ofMinutes(5);

    private final ModelRegistry registry;
    private final Agents agents;

    HealthAnswers(ModelRegistry registry) {
        this.registry = registry;
        this.agents = new Agents(registry);
    }

    /** Whether the process answers at all. */
    Answer live(Request request) {
        return Answer.json(200, Map.of("status", Status.UP));
    }

    /**
     * Whether calls may come. Models that are out of order are no reason to say no: their breakers heal by calls, and an agent
     * that cannot answer now says so faster than no service at all.
     */
    Answer ready(Request request) {
        return registry.isClosed()
                ? Answer.json(503, Map.of("status", Status.DOWN, "reason", "the registry is closed"))
                : Answer.json(200, Map.of("status", Status.UP));
    }

    /** All agents; as bad as the worst of them. */
    Answer all(Request request) {
        Status worst = Status.UP;
        Map<String, Object> each = new LinkedHashMap<>();
        for (String agent : registry.agents()) {
            Health health = registry.health(agent);
            worst = health.status().compareTo(worst) > 0 ? health.status() : worst;
            each.put(agent, tree(health));
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("status", worst);
        tree.put("configuration_problems", registry.configurationProblems());
        tree.put("agents", each);
        return Answer.json(code(worst), tree);
    }

    /** One agent. */
    Answer one(Request request) {
        return agents.below("/health", request, agent -> {
            Health health = registry.health(agent);
            return Answer.json(code(health.status()), tree(health));
        });
    }

    private static int code(Status status) {
        return status == Status.DOWN ? 503 : 200;
    }

    private Map<String, Object> tree(Health health) {
        Comparison seen = registry.compare(health.agent(), WINDOW);
        VariantFigures baseline = seen.baseline();
        VariantFigures candidate = seen.candidate();
        long calls = baseline.calls() + (candidate == null ? 0 : candidate.calls());
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("agent", health.agent());
        tree.put("status", health.status());
        tree.put("reason", health.reason());
        tree.put("share_percent", registry.rollout(health.agent()).share().percent());
        tree.put("window", WINDOW.toSeconds() + "s");
        tree.put("fallback_rate", candidate == null || calls == 0 ? 0.0 : (double) candidate.fallbacks() / calls);
        tree.put("baseline", model(health, Variant.BASELINE, baseline));
        tree.put("candidate", model(health, Variant.CANDIDATE, candidate));
        return tree;
    }

    private static @Nullable Map<String, Object> model(
            Health health, Variant variant, @Nullable VariantFigures figures) {
        for (Health.Model model : health.models()) {
            if (model.variant() == variant) {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("model", model.name());
                tree.put("circuit", model.circuit());
                tree.put("in_use", model.inUse());
                // In between another candidate may have come: then nothing is known of this one yet.
                boolean known = figures != null && figures.model().equals(model.name());
                VariantFigures mine = known ? figures : null;
                tree.put("calls", mine == null ? 0 : mine.calls());
                tree.put("error_rate", mine == null ? null : mine.errorRate().value());
                tree.put("p95_ms", mine == null ? null : mine.p95().value());
                return tree;
            }
        }
        return null;
    }
}
