package dev.understudy.tests.console;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Usage;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ServerOptions;
import dev.understudy.tests.reload.InProcessProvider;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service as somebody on call meets it: six agents, sixty calls a second, and a server with the console. Models answer after
 * a time that the test sets, or fail.
 */
final class Scene implements AutoCloseable {

    /** What must be nowhere on the page. */
    static final String PROMPT = "prompt-of-the-scene-7f3a";

    static final String ANSWER = "answer-of-the-scene-91bc";
    static final String KEY = "key-of-the-scene-5d2e";
    static final String TOKEN = "token-of-the-scene-c41b";

    private static final List<String> BUSY =
            List.of("qa_agent", "qa_agent", "qa_agent", "support_agent", "legal_agent", "analyst_agent");

    private static final int CALLS_PER_SECOND = 60;
    private static final int USERS = 500;
    /** As many as an agent takes at once and lets wait. */
    private static final int WARM_UP = 20;

    /** How a model feels. */
    private record Mood(Duration latency, boolean fails) {}

    private static final Mood WELL = new Mood(Duration.ofMillis(40), false);

    private final Waiting waiting = Waiting.system();
    private final Map<String, Mood> moods = new ConcurrentHashMap<>();
    private final InProcessProvider.Service provider = new InProcessProvider.Service(this::answer);
    private final AtomicInteger calls = new AtomicInteger();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    final Path file;
    final ModelRegistry registry;
    private RegistryServer server;

    Scene(Path folder) throws IOException {
        this(folder, 0);
    }

    Scene(Path folder, int port) throws IOException {
        Files.writeString(folder.resolve("key"), KEY + "\n");
        Files.writeString(folder.resolve("token"), TOKEN + "\n");
        file = Files.writeString(folder.resolve("understudy.yaml"), yaml());
        registry = ModelRegistry.builder()
                .configFile(file)
                .reloadEvery(Duration.ofMillis(200))
                .build();
        warmUp();
        server = start(port);
        long every = TimeUnit.SECONDS.toNanos(1) / CALLS_PER_SECOND;
        pace.scheduleAtFixedRate(this::call, 0, every, TimeUnit.NANOSECONDS);
    }

    private String yaml() {
        return """
                server: { operators: { jane: file:token } }
                providers:
                  local: { api: %s, base_url: "%s", api_key: file:key }
                deployments:
                  open-mistral-7b: { provider: local, price: { input: 0.25, output: 0.25 } }
                  qa-tuned-v1.3: { provider: local, price: { input: 0.5, output: 0.5 } }
                  legal-tuned-v2: { provider: local, price: { input: 0.5, output: 0.5 } }
                  analyst-tuned-v4: { provider: local }
                  content-tuned-v1: { provider: local }
                agents:
                  qa_agent:
                    baseline: open-mistral-7b
                    candidate: qa-tuned-v1.3
                    timeout: 5s
                    max_concurrent: 100
                    rollout:
                      percentage: 25
                      guard: { p95: 500ms }
                  support_agent: { baseline: open-mistral-7b, max_concurrent: 100, budget: 20 per day }
                  legal_agent:
                    baseline: open-mistral-7b
                    candidate: legal-tuned-v2
                    max_concurrent: 100
                    rollout:
                      percentage: 20
                      stages: [20%%, 50%%, 100%%]
                      hold: 1h
                      guard: off
                      experiment: { p95: 400ms, error_increase: 1%%, split: 20%%, min_calls_per_day: 1000, days: 7 }
                  analyst_agent:
                    baseline: open-mistral-7b
                    candidate: analyst-tuned-v4
                    max_concurrent: 100
                    rollout: { percentage: 50, guard: off }
                  content_agent:
                    baseline: open-mistral-7b
                    candidate: content-tuned-v1
                """.formatted(InProcessProvider.API, provider.address("v1"));
    }

    /** The first calls of a JVM are slow, which is not the candidate's fault: the baseline takes them. */
    private void warmUp() {
        CallOptions baseline = CallOptions.builder().useFinetuned(false).build();
        CompletableFuture<?>[] calls = new CompletableFuture<?>[WARM_UP];
        Arrays.setAll(calls, i -> registry.chatAsync("support_agent", List.of(Message.user(PROMPT)), baseline));
        CompletableFuture.allOf(calls).join();
    }

    private RegistryServer start(int port) {
        return RegistryServer.start(registry, ServerOptions.builder().port(port).build());
    }

    /** Takes the server away, while calls go on, or brings it back to the same address. */
    void serve(boolean up) {
        if (up) {
            server = start(server.port());
        } else {
            server.close();
        }
    }

    /** How a model answers from now on. */
    void slow(String model, Duration latency) {
        moods.put(model, new Mood(latency, false));
    }

    void broken(String model) {
        moods.put(model, new Mood(Duration.ofMillis(20), true));
    }

    void well(String model) {
        moods.remove(model);
    }

    URI uri() {
        return server.uri();
    }

    private void call() {
        int number = calls.incrementAndGet();
        registry.chatAsync(
                BUSY.get(number % BUSY.size()),
                List.of(Message.user(PROMPT + " " + number)),
                CallOptions.builder().unit("user-" + (number * 7919L) % USERS).build());
    }

    private ChatResponse answer(Provider from, Deployment model, ChatRequest request, Deadline deadline) {
        Mood mood = moods.getOrDefault(model.name(), WELL);
        long jitter = calls.get() % 20;
        if (!waiting.sleep(mood.latency().plusMillis(jitter).toNanos(), deadline)) {
            throw FailureKind.TIMEOUT.exception("the deadline of the scene has passed", Origin.of(model.name()), null);
        }
        if (mood.fails()) {
            throw FailureKind.UPSTREAM.exception("the scene says 503", Origin.of(model.name()), null);
        }
        return ChatResponse.of(ANSWER, new Usage(350, 120));
    }

    @Override
    public void close() {
        pace.shutdownNow();
        server.close();
        registry.close();
        provider.close();
        waiting.close();
    }
}
