package dev.understudy.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands for a provider: answers chat completions over HTTP on this machine, as slowly as a model does, and misbehaves as
 * the candidate when it is told to. It writes down every request.
 */
final class ModelServer implements AutoCloseable {

    /** The deployment whose mood changes. */
    static final String CANDIDATE = "qa-tuned-v1.3";

    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]+)\"");
    private static final Pattern TOKENS = Pattern.compile("\"max_tokens\":(\\d+)");

    /** How the candidate feels. */
    enum Mood {
        /** Answers in 90 ms and 0.05 ms for each token: most in 90 to 120 ms. */
        WELL,
        /** Answers in 680 to 890 ms. */
        SLOW,
        /** Answers 503 at once. */
        DOWN,
        /** Answers 503 at once, and so does the other model: the provider has failed. */
        OUTAGE
    }

    /**
     * A line of the log.
     *
     * @param model who was asked
     * @param mood how it felt
     */
    record Request(String model, Mood mood) {

        boolean atCandidate() {
            return model.equals(CANDIDATE);
        }
    }

    private final HttpServer http;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Request> log = new ConcurrentLinkedQueue<>();
    private volatile Mood mood = Mood.WELL;

    private ModelServer(HttpServer http) {
        this.http = http;
    }

    /** Starts on any free port of the loopback address. */
    static ModelServer start() throws IOException {
        // The JDK's server writes head and body apart; without this the body waits 40 ms for the head's
        // acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ModelServer server = new ModelServer(http);
        http.createContext("/v1/chat/completions", server::answer);
        http.setExecutor(server.threads);
        http.start();
        return server;
    }

    /** What stands under {@code base_url}. */
    String baseUrl() {
        return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1";
    }

    /** Changes how the candidate feels, for requests that come from now on. */
    void candidate(Mood now) {
        mood = now;
    }

    /** Every request since the start, or since the log was last cleared. */
    List<Request> log() {
        return List.copyOf(log);
    }

    void clearLog() {
        log.clear();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String model = find(MODEL, body, "unknown");
            int tokens = Integer.parseInt(find(TOKENS, body, "16"));
            Mood current = mood;
            Mood now = model.equals(CANDIDATE) || current == Mood.OUTAGE ? current : Mood.WELL;
            log.add(new Request(model, now));
            switch (now) {
                case WELL -> reply(exchange, 90 + tokens / 20, 200, completion(model, tokens));
                case SLOW -> reply(exchange, ThreadLocalRandom.current().nextInt(680, 891), 200, completion(model, 1));
                case DOWN, OUTAGE -> reply(exchange, 0, 503, "{\"error\":{\"message\":\"out of service\"}}");
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static void reply(HttpExchange exchange, int millis, int status, String json)
            throws IOException, InterruptedException {
        Thread.sleep(millis);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String completion(String model, int tokens) {
        return """
                {"id":"example","object":"chat.completion","model":"%s",
                 "choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":1,"completion_tokens":%d,"total_tokens":%d}}
                """.formatted(model, "word ".repeat(tokens), tokens, tokens + 1);
    }

    private static String find(Pattern pattern, String text, String otherwise) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : otherwise;
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
