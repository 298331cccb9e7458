package dev.understudy.server.operations;

import dev.understudy.ModelRegistry;
import dev.understudy.server.http.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What operators and their programs may ask, and what answers. */
public final class Operations {

    /** How long who changes something waits until it is in force. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private Operations() {}

    /**
     * Serves a registry's health, metrics and rollouts.
     *
     * @param registry the registry
     * @param scrape returns the meters in the content type that it is told; null for no metrics
     * @return what to put on a server
     */
    public static List<Endpoint> endpoints(ModelRegistry registry, @Nullable UnaryOperator<String> scrape) {
        HealthAnswers health = new HealthAnswers(registry);
        RolloutAnswers rollouts = new RolloutAnswers(registry);
        Changes changes = new Changes(registry, PATIENCE);
        List<Endpoint> all = new ArrayList<>();
        all.add(Endpoint.get("/live", health::live).vitally());
        all.add(Endpoint.get("/ready", health::ready).vitally());
        all.add(Endpoint.get("/health", health::all).vitally());
        all.add(Endpoint.get("/health", health::one).forAllBelow().vitally());
        all.add(Endpoint.get("/rollouts", rollouts::all));
        all.add(Endpoint.get("/rollouts", rollouts::one).forAllBelow());
        all.add(Endpoint.post("/rollouts", changes::rollout).forAllBelow());
        all.add(Endpoint.post("/finetuned", changes::finetuned));
        if (scrape != null) {
            all.add(Endpoint.get("/metrics", new MetricsAnswer(scrape)).vitally());
        }
        return all;
    }
}
