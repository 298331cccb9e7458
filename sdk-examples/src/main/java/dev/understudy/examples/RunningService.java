package dev.understudy.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.error.ChatException;
import dev.understudy.examples.ModelServer.Mood;
import dev.understudy.micrometer.MicrometerListener;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A service that goes on until it is stopped, to follow the runbooks with: twenty calls a second of an agent whose candidate
 * can be made slow or broken, metrics to scrape, and a configuration file to edit. Run it with {@code mvn -q -Pquickstart
 * -Dexample=RunningService} from the project's root, and stop it with Ctrl-C.
 *
 * <ul>
 *   <li>{@code GET /metrics}: what Prometheus scrapes
 *   <li>{@code POST /mood/slow}, {@code /mood/down}, {@code /mood/well}: how the candidate feels from now on; {@code
 *       /mood/outage}: both models are down
 * </ul>
 */
public final class RunningService implements AutoCloseable {

    private static final String AGENT = "qa_agent";
    private static final int USERS = 2_000;
    private static final long EVERY_MILLIS = 50;
    private static final int WARM_UP = 60;

    private final ModelServer models = ModelServer.start();
    private final ScheduledExecutorService callers = Executors.newScheduledThreadPool(50);
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Random random = new Random(7);
    private final ModelRegistry registry;
    private final HttpServer http;

    /**
     * Starts.
     *
     * @param file where the configuration is written, in an existing folder; its state is kept beside it
     * @param port where it listens on the loopback address; 0 for any free one
     * @throws IOException if it cannot listen or write
     */
    RunningService(Path file, int port) throws IOException {
        Files.writeString(file, Scenario.yaml("running-service.yaml").replace(Scenario.ADDRESS, models.baseUrl()));
        registry = ModelRegistry.builder()
                .configFile(file)
                .listener(new MicrometerListener(meters))
                .build();
        warmUp();
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        http.createContext("/metrics", exchange -> answer(exchange, "GET", meters.scrape()));
        for (Mood mood : Mood.values()) {
            String name = mood.name().toLowerCase(Locale.ROOT);
            http.createContext("/mood/" + name, exchange -> {
                models.candidate(mood);
                answer(exchange, "POST", "From now on: " + name + ".\n");
            });
        }
        http.start();
        callers.scheduleAtFixedRate(() -> callers.execute(this::call), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Runs until it is stopped.
     *
     * @param args a folder for configuration and state, if not {@code understudy-example}, and a port, if not 9464
     * @throws Exception if it does not start
     */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createDirectories(Path.of(args.length > 0 ? args[0] : "understudy-example"));
        Path file = folder.resolve("understudy.yaml");
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 9464;
        try (RunningService service = new RunningService(file, port)) {
            System.out.println("Metrics at http://127.0.0.1:" + service.port() + "/metrics; the configuration is "
                    + file + ". Ctrl-C ends it.");
            new CountDownLatch(1).await();
        }
    }

    /** Where it listens. */
    int port() {
        return http.getAddress().getPort();
    }

    /** The first calls of a JVM are slow, which is not the candidate's fault: the baseline takes them. */
    private void warmUp() {
        CallOptions baseline = CallOptions.builder().useFinetuned(false).build();
        CompletableFuture<?>[] calls = new CompletableFuture<?>[WARM_UP];
        Arrays.setAll(calls, i -> CompletableFuture.runAsync(() -> call(baseline), callers));
        CompletableFuture.allOf(calls).join();
    }

    private void call() {
        call(CallOptions.builder().unit("user-" + random.nextInt(USERS)).build());
    }

    private void call(CallOptions user) {
        ChatRequest request = ChatRequest.builder(List.of(Message.user("Where is my parcel?")))
                .parameters(Parameters.UNSET.withMaxTokens(50 + random.nextInt(300)))
                .build();
        try {
            registry.chat(AGENT, request, user);
        } catch (ChatException failed) {
            return; // the metrics say it
        }
    }

    private static void answer(HttpExchange exchange, String method, String text) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals(method)) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        http.stop(0);
        callers.shutdownNow();
        registry.close();
        models.close();
    }
}
