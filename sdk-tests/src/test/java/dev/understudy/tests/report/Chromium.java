package dev.understudy.tests.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A browser without a window, of its own process and its own folder, spoken to in its DevTools protocol. Closing it ends the
 * process and all that it started, and removes the folder.
 */
final class Chromium implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What the browser said by itself: the method and its parameters. */
    record Message(String session, String method, Map<String, Object> parameters) {}

    private final Path folder;
    private final Process process;
    private final Thread hook = new Thread(this::kill, "chromium-end");
    private final WebSocket socket;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Map<String, Object>>> waiting = new ConcurrentHashMap<>();
    private final List<Message> messages = new CopyOnWriteArrayList<>();

    private Chromium(Path executable) throws IOException {
        folder = Files.createTempDirectory("understudy-chromium");
        process = new ProcessBuilder(
                        executable.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--disable-breakpad",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-extensions",
                        "--no-first-run",
                        "--no-default-browser-check",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(address(), new Ears())
                    .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (RuntimeException | Error e) {
            e.addSuppressed(new IllegalStateException("Chromium said: " + Files.readString(folder.resolve("output"))));
            kill();
            throw e;
        }
    }

    static Optional<Path> executable() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(path.split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Chromium start(Path executable) throws IOException {
        return new Chromium(executable);
    }

    /** The browser writes port and path into its folder as soon as it listens. */
    private URI address() {
        Path file = folder.resolve("profile/DevToolsActivePort");
        Awaitility.await("the port of Chromium")
                .atMost(PATIENCE)
                .until(() -> Files.exists(file) && Files.readAllLines(file).size() == 2);
        try {
            List<String> lines = Files.readAllLines(file);
            return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens an empty page. */
    Tab open() {
        String target = (String)
                ask("", "Target.createTarget", Json.of("url", "about:blank")).get("targetId");
        String session = (String) ask("", "Target.attachToTarget", Json.of("targetId", target, "flatten", true))
                .get("sessionId");
        return new Tab(this, session, target);
    }

    /** Asks the browser, or a page of it, and waits for the answer. */
    @SuppressWarnings("unchecked")
    Map<String, Object> ask(String session, String method, Json.Raw parameters) {
        int id = lastId.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        Json.Raw message = session.isEmpty()
                ? Json.of("id", id, "method", method, "params", parameters)
                : Json.of("id", id, "sessionId", session, "method", method, "params", parameters);
        synchronized (socket) {
            socket.sendText(message.json(), true).join();
        }
        Map<String, Object> whole =
                answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        if (whole.containsKey("error")) {
            throw new IllegalStateException(method + ": " + whole.get("error"));
        }
        return (Map<String, Object>) whole.get("result");
    }

    List<Message> heard(String session) {
        return messages.stream()
                .filter(message -> message.session().equals(session))
                .toList();
    }

    @Override
    public void close() {
        socket.abort();
        kill();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private void kill() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle handle : all) {
            try {
                handle.onExit().orTimeout(10, TimeUnit.SECONDS).join();
            } catch (CompletionException stillThere) {
                // Left to the machine: it was told to end.
            }
        }
        for (int i = 0; i < 10 && Files.exists(folder); i++) {
            delete();
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException somethingCameUp) {
            // Tried again.
        }
    }

    /** Puts together what comes in pieces. */
    private final class Ears implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                hear(Json.object(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @SuppressWarnings("unchecked")
        private void hear(Map<String, Object> message) {
            if (message.get("id") instanceof Double id) {
                CompletableFuture<Map<String, Object>> answer = waiting.remove(id.intValue());
                if (answer != null) {
                    answer.complete(message);
                }
            } else {
                messages.add(new Message(
                        String.valueOf(message.get("sessionId")),
                        String.valueOf(message.get("method")),
                        (Map<String, Object>) message.get("params")));
            }
        }
    }
}
