package dev.understudy.tests.sixteen;

import dev.understudy.ModelRegistry;
import dev.understudy.SimulatedRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Role;
import dev.understudy.chat.Sink;
import dev.understudy.chat.Usage;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.testing.FakeTicker;
import dev.understudy.tests.hostile.Completions;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The same faults in memory, as the provider's client tells them, on a clock that passes only where somebody waits. */
final class VirtualUpstream implements Upstream {

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final ExecutorService unused = Executors.newCachedThreadPool();
    private final Map<String, Scripted> models =
            Map.of(CANDIDATE, new Scripted(CANDIDATE), BASELINE, new Scripted(BASELINE));
    private final ModelRegistry registry =
            SimulatedRegistry.open(Setting.inMemory(Map.copyOf(models)), List.of(), waiting, new Random(16), unused);

    @Override
    public ModelRegistry registry() {
        return registry;
    }

    @Override
    public void script(String model, String... faults) {
        models.get(model).script = new ArrayList<>(List.of(faults));
    }

    @Override
    public List<Long> sent(String model) {
        return List.copyOf(models.get(model).sent);
    }

    @Override
    public long nanoTime() {
        return ticker.nanoTime();
    }

    @Override
    public void pass(Duration time) {
        ticker.advance(time);
    }

    @Override
    public void close() {
        registry.close();
        unused.shutdownNow();
    }

    private final class Scripted implements ChatModel {
        private final String name;
        private final List<Long> sent = new ArrayList<>();
        private List<String> script = List.of("stream");

        Scripted(String name) {
            this.name = name;
        }

        @Override
        public boolean honoursDeadline() {
            return true;
        }

        @Override
        public boolean streams() {
            return true;
        }

        @Override
        public ChatResponse chat(ChatRequest request, Deadline deadline) {
            return stream(request, deadline, piece -> {});
        }

        @Override
        public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
            sent.add(ticker.nanoTime());
            String fault = script.size() > 1 ? script.remove(0) : script.get(0);
            String[] parts = fault.split(";");
            Map<String, String> parameters = new HashMap<>();
            for (int i = 1; i < parts.length; i++) {
                parameters.put(parts[i].split("=")[0], parts[i].split("=")[1]);
            }
            return switch (parts[0]) {
                case "stream" -> speak(parameters, deadline, sink);
                case "stream-unless-assistant-last" -> {
                    Role last = request.messages()
                            .get(request.messages().size() - 1)
                            .role();
                    if (last == Role.ASSISTANT) {
                        throw failure(FailureKind.INVALID_REQUEST);
                    }
                    yield speak(parameters, deadline, sink);
                }
                case "silent" -> {
                    wait(Duration.ofDays(1), deadline);
                    throw new AssertionError("A day has passed");
                }
                case "reset-before-headers" -> throw failure(FailureKind.TRANSPORT);
                case "status" -> throw status(parameters);
                default -> throw new IllegalArgumentException(fault);
            };
        }

        private ChatResponse speak(Map<String, String> parameters, Deadline deadline, Sink sink) {
            int tokens = Integer.parseInt(parameters.getOrDefault("tokens", "60"));
            int after = Integer.parseInt(parameters.getOrDefault("after", "" + tokens));
            Duration every = Duration.ofMillis(Long.parseLong(parameters.getOrDefault("every-ms", "0")));
            wait(Duration.ofMillis(Long.parseLong(parameters.getOrDefault("first-ms", "0"))), deadline);
            for (int i = 1; i <= after; i++) {
                wait(every, deadline);
                sink.text(Completions.spoken(i)
                        .substring(i == 1 ? 0 : Completions.spoken(i - 1).length()));
            }
            return switch (parameters.getOrDefault("end", "done")) {
                case "done", "no-done" ->
                    new ChatResponse(
                            Completions.spoken(tokens),
                            List.of(),
                            FinishReason.STOP,
                            new Usage(10, tokens),
                            null,
                            Provenance.NONE);
                case "cut" -> throw failure(FailureKind.TRANSPORT);
                case "bad" -> throw failure(FailureKind.MALFORMED);
                case "silent" -> {
                    wait(Duration.ofDays(1), deadline);
                    throw new AssertionError("A day has passed");
                }
                default -> throw new IllegalArgumentException(parameters.toString());
            };
        }

        private void wait(Duration time, Deadline deadline) {
            if (!waiting.sleep(time.toNanos(), deadline)) {
                throw failure(deadline.isCancelled() ? FailureKind.CANCELLED : FailureKind.TIMEOUT);
            }
        }

        private RuntimeException status(Map<String, String> parameters) {
            String body = parameters.getOrDefault("body", "");
            FailureKind kind =
                    switch (parameters.get("code")) {
                        case "429" -> FailureKind.RATE_LIMITED;
                        case "500", "503" -> FailureKind.UPSTREAM;
                        default -> body.contains("context") ? FailureKind.CONTEXT_LENGTH : FailureKind.CONTENT_FILTER;
                    };
            String after = parameters.get("retry-after");
            Duration retryAfter = after == null ? null : Duration.ofSeconds(Long.parseLong(after));
            return kind.exception("scripted", new Origin(name, null, 0, null, retryAfter, null), null);
        }

        private RuntimeException failure(FailureKind kind) {
            return kind.exception("scripted", Origin.of(name), null);
        }
    }
}
