package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.error.ChatException;
import dev.understudy.examples.ModelServer.Mood;
import dev.understudy.examples.ModelServer.Pace;
import dev.understudy.micrometer.GenAiMetrics;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ServerOptions;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A service to which everything happens that is counted, within a second; what it counts can be scraped. */
final class EventfulService implements AutoCloseable {

    private static final Pace QUICK = new Pace(1, 0);
    private static final Map<String, Pace> MODELS =
            Map.of("steady", QUICK, "shaky", new Pace(25, 0), "moody", QUICK, "broken", QUICK, "scarce", QUICK);

    private static final String YAML = """
            providers:
              local: { api: openai, base_url: ADDRESS }
            deployments:
              steady: { provider: local, price: { input: 1000, output: 2000 } }
              shaky: { provider: local, price: { input: 1000, output: 2000 } }
              moody: { provider: local }
              broken: { provider: local }
              scarce: { provider: local, rate_limit: 1/h }
            defaults:
              retries: 0
            agents:
              qa_agent:
                baseline: steady
                candidate: shaky
                rollout: { percentage: 50, guard: { p95: 150ms } }
                budget: 10 per month
              rescued_agent:
                baseline: steady
                candidate: moody
                rollout: { percentage: 50, guard: { max_error_rate: 50% } }
                hedge: p95
              broken_agent: { baseline: broken }
              cached_agent: { baseline: steady, cache: { ttl: 5m } }
              limited_agent: { baseline: scarce, max_wait: 0s }
            """;

    private final ModelServer models;
    private final Path file;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ModelRegistry registry;
    private final RegistryServer server;

    /** Starts in a folder; all is well there so far. */
    EventfulService(Path folder) throws IOException {
        models = ModelServer.start(0, MODELS, (model, mood) -> {});
        models.mood("broken", Mood.DOWN);
        file = Files.writeString(folder.resolve("eventful.yaml"), YAML.replace("ADDRESS", models.baseUrl()));
        registry = ModelRegistry.builder()
                .configFile(file)
                .listener(new MicrometerListener(meters))
                .listener(new GenAiMetrics(meters))
                .build();
        server = RegistryServer.start(
                registry,
                ServerOptions.builder().port(0).metrics(meters::scrape).build());
    }

    /** Where the metrics are. */
    int port() {
        return server.uri().getPort();
    }

    /** What Prometheus gets. */
    String scrape() {
        return meters.scrape();
    }

    /** Some calls of all agents: answers, streams, rescued calls, errors, refusals, look-ups. */
    void calls() {
        for (int i = 0; i < 40; i++) {
            call("qa_agent", i);
            models.mood("moody", i < 37 ? Mood.WELL : Mood.DOWN);
            call("rescued_agent", i);
        }
        for (int i = 0; i < 5; i++) {
            stream("qa_agent", i);
            call("broken_agent", i);
            call("cached_agent", i % 2);
            call("limited_agent", i);
        }
    }

    /** From now on the candidate is slow, and the file is wrong. */
    void accidents() throws IOException {
        models.mood("shaky", Mood.SLOW);
        Files.writeString(file, Files.readString(file).replace("10 per month", "10 per fortnight"));
    }

    /** Some more calls; tells whether the candidate was taken away, and the file refused. */
    boolean isOver() {
        for (int i = 0; i < 20; i++) {
            call("qa_agent", i);
        }
        String scrape = scrape();
        return scrape.contains("model_rollback_total{agent=\"qa_agent\",model=\"shaky\"} 1.0")
                && scrape.contains("model_config_reload_total{result=\"refused\"} 1.0");
    }

    private void call(String agent, int user) {
        try {
            registry.chat(agent, request(user), options(user));
        } catch (ChatException counted) {
            return; // that is what it is for
        }
    }

    private void stream(String agent, int user) {
        try {
            registry.stream(agent, request(user), options(user), text -> {});
        } catch (ChatException counted) {
            return; // as above
        }
    }

    private static ChatRequest request(int user) {
        return ChatRequest.builder(List.of(Message.user("Where is parcel " + user + "?")))
                .parameters(Parameters.UNSET.withMaxTokens(100))
                .build();
    }

    private static CallOptions options(int user) {
        return CallOptions.builder().unit("user-" + user).build();
    }

    @Override
    public void close() {
        server.close();
        registry.close();
        models.close();
    }
}
