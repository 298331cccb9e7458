package dev.understudy.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands for a provider: answers chat completions over HTTP on this machine, as slowly as a model does, and lets a model
 * misbehave when it is told to. It writes down the requests, the last ten thousand of them.
 *
 * <p>{@code POST /mood/<model>/slow}, {@code down} or {@code well} changes how a model feels; {@code all} in its place means all of
 * them.
 */
final class ModelServer implements AutoCloseable {

    /** The deployment that has the accident. */
    static final String CANDIDATE = "qa-tuned-v1.3";

    private static final String ALL = "all";
    private static final int LOG_CAPACITY = 10_000;
    private static final int WORD_MILLIS = 15;
    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]+)\"");
    private static final Pattern TOKENS = Pattern.compile("\"max_tokens\":(\\d+)");
    private static final Pattern MOOD = Pattern.compile("/mood/([^/]+)/(well|slow|down)");

    /** How a model feels. */
    enum Mood {
        /** Answers at its pace: at the usual one most in 90 to 120 ms. */
        WELL,
        /** Takes some eight times as long: 680 to 890 ms and more at the usual pace. */
        SLOW,
        /** Answers 503 at once. */
        DOWN;

        String words() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How quickly a model answers when it is well.
     *
     * @param millis before the first token
     * @param microsPerToken for each token of the answer
     */
    record Pace(int millis, int microsPerToken) {

        /** That of most models here. */
        static final Pace USUAL = new Pace(90, 50);

        private long millis(Mood mood, int tokens) {
            return switch (mood) {
                case WELL -> millis + (long) tokens * microsPerToken / 1000;
                case SLOW -> Math.round(millis * ThreadLocalRandom.current().nextDouble(7.56, 9.9));
                case DOWN -> 0;
            };
        }
    }

    /** Hears how a model feels from now on. */
    @FunctionalInterface
    interface Watcher {
        void feels(String model, Mood mood);
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
    private final Map<String, Pace> paces;
    private final Watcher watcher;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Mood> moods = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Request> log = new ArrayDeque<>();

    private ModelServer(HttpServer http, Map<String, Pace> paces, Watcher watcher) {
        this.http = http;
        this.paces = Map.copyOf(paces);
        this.watcher = watcher;
    }

    /** Starts on any free port of the loopback address; each model has the usual pace. */
    static ModelServer start() throws IOException {
        return start(0, Map.of(), (model, mood) -> {});
    }

    /**
     * Starts on the loopback address.
     *
     * @param port where; 0 for any free one
     * @param paces the models whose mood can be changed by request; others answer, too, at the usual pace
     * @param watcher hears of changed moods
     */
    static ModelServer start(int port, Map<String, Pace> paces, Watcher watcher) throws IOException {
        // The JDK's server writes head and body apart; without this the body waits 40 ms for the head's
        // acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer http = bound(port);
        ModelServer server = new ModelServer(http, paces, watcher);
        http.createContext("/v1/chat/completions", server::answer);
        http.createContext("/mood/", server::changeMood);
        http.setExecutor(server.threads);
        http.start();
        return server;
    }

    private static HttpServer bound(int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try {
            return HttpServer.create(address, 0);
        } catch (BindException taken) {
            throw new IOException("Cannot listen on " + address + ": " + taken.getMessage(), taken);
        }
    }

    /** Where it listens. */
    int port() {
        return http.getAddress().getPort();
    }

    /** What stands under {@code base_url}. */
    String baseUrl() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    /** Changes how a model feels, for requests that come from now on. */
    void mood(String model, Mood now) {
        moods.put(model, now);
        watcher.feels(model, now);
    }

    /** Every request since the start, or since the log was last cleared; of more than ten thousand the last ones. */
    List<Request> log() {
        lock.lock();
        try {
            return List.copyOf(log);
        } finally {
            lock.unlock();
        }
    }

    void clearLog() {
        lock.lock();
        try {
            log.clear();
        } finally {
            lock.unlock();
        }
    }

    private void write(Request request) {
        lock.lock();
        try {
            if (log.size() == LOG_CAPACITY) {
                log.removeFirst();
            }
            log.addLast(request);
        } finally {
            lock.unlock();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String model = find(MODEL, body, "unknown");
            int tokens = Integer.parseInt(find(TOKENS, body, "16"));
            Mood now = moods.getOrDefault(model, Mood.WELL);
            write(new Request(model, now));
            Thread.sleep(paces.getOrDefault(model, Pace.USUAL).millis(now, tokens));
            if (now == Mood.DOWN) {
                reply(exchange, 503, "application/json", "{\"error\":{\"message\":\"out of service\"}}");
            } else if (body.contains("\"stream\":true")) {
                stream(exchange, model, words(body), tokens);
            } else {
                reply(exchange, 200, "application/json", completion(model, words(body), tokens));
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void changeMood(HttpExchange exchange) throws IOException {
        try (exchange) {
            Matcher wanted = MOOD.matcher(exchange.getRequestURI().getPath());
            boolean known = wanted.matches()
                    && (paces.containsKey(wanted.group(1)) || wanted.group(1).equals(ALL));
            if (!exchange.getRequestMethod().equals("POST")) {
                reply(exchange, 405, "text/plain", "POST changes a mood.\n");
            } else if (!known) {
                reply(
                        exchange,
                        404,
                        "text/plain",
                        "POST /mood/<model>/<mood> with well, slow or down and all or one of "
                                + String.join(
                                        ", ", paces.keySet().stream().sorted().toList()) + ".\n");
            } else {
                String model = wanted.group(1);
                Mood mood = Mood.valueOf(wanted.group(2).toUpperCase(Locale.ROOT));
                (model.equals(ALL) ? paces.keySet() : List.of(model)).forEach(one -> mood(one, mood));
                reply(exchange, 200, "text/plain", "From now on " + mood.words() + ": " + model + ".\n");
            }
        }
    }

    private static void reply(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String completion(String model, int read, int written) {
        return """
                {"id":"example","object":"chat.completion","model":"%s",
                 "choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],
                 %s}
                """.formatted(model, "word ".repeat(written), usage(read, written));
    }

    /** The answer as server-sent events, a word in each. */
    private static void stream(HttpExchange exchange, String model, int read, int written)
            throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < written; i++) {
            event(out, chunk(model, "{\"content\":\"word \"}", "null", ""));
            Thread.sleep(WORD_MILLIS);
        }
        event(out, chunk(model, "{}", "\"stop\"", "," + usage(read, written)));
        event(out, "[DONE]");
    }

    private static void event(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String chunk(String model, String delta, String finish, String more) {
        return """
                {"id":"example","object":"chat.completion.chunk","model":"%s",\
                "choices":[{"index":0,"delta":%s,"finish_reason":%s}]%s}""".formatted(model, delta, finish, more);
    }

    private static String usage(int read, int written) {
        return "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}"
                .formatted(read, written, read + written);
    }

    /** Tokens of a prompt: here a word is one. */
    private static int words(String body) {
        return 1 + (int) body.chars().filter(character -> character == ' ').count();
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
