package dev.understudy.server;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.Message;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.server.http.Json;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A registry and its server, as an orchestrator has them, for a test to ask. */
public final class Served implements AutoCloseable {

    /** What must be seen nowhere. */
    public static final String PROMPT = "the-canary-prompt";

    /** The key of the provider, which must be seen nowhere either. */
    public static final String KEY = "sk-the-canary-key";

    /** Alice's token, which must be seen nowhere but in her own requests. */
    public static final String TOKEN = "token-the-canary-of-alice";

    /** The headers of a change that Alice makes. */
    public static final String[] BY_ALICE = {"Authorization", "Bearer " + TOKEN, "X-Understudy-Change", "1"};

    /** Two agents: one with a candidate at 50 %, one without; and who may change that. */
    public static final String YAML = """
            # understudy.yaml with a-canary-comment
            providers:
              cloud: { api: scripted, base_url: "https://models.example.org/v1", api_key: "file:key" }
            deployments:
              steady: { provider: cloud, price: { input: 1, output: 2 } }
              tuned: { provider: cloud }
            agents:
              qa_agent:
                baseline: steady
                candidate: tuned
                rollout: { percentage: 50, salt: a-canary-salt }
              legal_agent: { baseline: steady }
            server:
              operators: { alice: "file:alice", deploy: "file:deploy" }
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path file;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ModelRegistry registry;
    private final RegistryServer server;

    private Served(Path folder, String yaml, UnaryOperator<ServerOptions.Builder> options) throws IOException {
        Files.writeString(folder.resolve("key"), KEY);
        Files.writeString(folder.resolve("alice"), TOKEN);
        Files.writeString(folder.resolve("deploy"), TOKEN.replace("alice", "deploy"));
        file = Files.writeString(folder.resolve("understudy.yaml"), yaml);
        registry = ModelRegistry.builder()
                .configFile(file)
                .reloadEvery(Duration.ofMillis(50))
                .listener(new MicrometerListener(meters))
                .build();
        server = RegistryServer.start(
                registry,
                options.apply(ServerOptions.builder().port(0).metrics(meters::scrape))
                        .build());
    }

    /** With the configuration above. */
    public static Served in(Path folder) throws IOException {
        return in(folder, YAML, options -> options);
    }

    /** With another configuration, and other options. */
    public static Served in(Path folder, String yaml, UnaryOperator<ServerOptions.Builder> options) throws IOException {
        return new Served(folder, yaml, options);
    }

    public ModelRegistry registry() {
        return registry;
    }

    public RegistryServer server() {
        return server;
    }

    public Path file() {
        return file;
    }

    public int port() {
        return server.port();
    }

    /** Calls an agent for so many users, who get what they get. */
    public void calls(String agent, int users) {
        for (int i = 0; i < users; i++) {
            CallOptions options = CallOptions.builder().unit("user-" + i).build();
            registry.chat(agent, List.of(Message.user(PROMPT)), options);
        }
    }

    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).GET());
    }

    public HttpResponse<String> post(String path, String json, String... headers)
            throws IOException, InterruptedException {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** An answer's JSON. */
    public static Map<String, Object> json(HttpResponse<String> response) {
        return Json.read(response.body().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.close();
        registry.close();
    }
}
