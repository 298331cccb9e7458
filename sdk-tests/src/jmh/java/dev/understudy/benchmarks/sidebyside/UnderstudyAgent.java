package dev.understudy.benchmarks.sidebyside;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.micrometer.MicrometerListener;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** An agent of Understudy with all that it does by itself, rollout, guard, fallback, breakers and permits, and its meters. */
final class UnderstudyAgent implements Contestant {

    private final ModelRegistry registry;
    private final String agent;

    private UnderstudyAgent(ModelRegistry registry, String agent) {
        this.registry = registry;
        this.agent = agent;
    }

    /**
     * As for the speed: bounds that no call meets. The provider's limit is twice as wide as needed, because a candidate waits while no
     * more than a quarter of it is free, and with {@code callers} permits for as many callers that would be often.
     */
    static Contestant open(String baseUrl, int callers, boolean cache) throws IOException {
        return open("""
                providers:
                  stub: { api: openai, base_url: "%s", api_key: "file:key", max_concurrent: %d }
                deployments:
                  qa-tuned-v1.2: { provider: stub, price: { input: 0.25, output: 0.25 } }
                  qa-tuned-v1.3: { provider: stub, price: { input: 0.25, output: 0.25 } }
                agents:
                  qa_agent:
                    baseline: qa-tuned-v1.2
                    candidate: qa-tuned-v1.3
                    timeout: %ds
                    max_concurrent: %d
                    cache: %s
                    rollout: { percentage: 25, salt: "%s" }
                """.formatted(
                        baseUrl,
                        2 * callers,
                        TIMEOUT_SECONDS,
                        callers,
                        cache ? "{ ttl: 5m, max_entries: 1000 }" : "off",
                        Incident.SALT));
    }

    /** Opens a registry with this configuration, in a folder of its own: a rollback of an earlier run must not hold. */
    static UnderstudyAgent open(String yaml) throws IOException {
        Path folder = Files.createTempDirectory("side-by-side");
        folder.toFile().deleteOnExit();
        Files.writeString(folder.resolve("key"), "key");
        Path file = Files.writeString(folder.resolve("understudy.yaml"), yaml);
        ModelRegistry registry = ModelRegistry.builder()
                .configFile(file)
                .listener(new MicrometerListener(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
                .build();
        return new UnderstudyAgent(registry, "qa_agent");
    }

    /** The same registry, another agent. */
    UnderstudyAgent agent(String name) {
        return new UnderstudyAgent(registry, name);
    }

    private static ChatRequest request(String prompt) {
        return ChatRequest.of(List.of(Message.user(prompt)));
    }

    private static CallOptions options(String unit) {
        return CallOptions.builder().unit(unit).build();
    }

    @Override
    public String ask(String unit, String prompt) {
        return registry.chat(agent, request(prompt), options(unit)).text();
    }

    @Override
    public void stream(String unit, String prompt, Consumer<String> heard) {
        registry.stream(agent, request(prompt), options(unit), heard::accept);
    }

    @Override
    public void close() {
        registry.close();
    }
}
