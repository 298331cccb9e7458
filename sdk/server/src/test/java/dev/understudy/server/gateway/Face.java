package dev.understudy.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Secret;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Json;
import dev.understudy.server.http.Request;
import dev.understudy.time.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The face of a registry with two agents, asked without a socket. */
final class Face implements AutoCloseable {

    static final String HELLO = """
            {"model": "qa_agent", "messages": [{"role": "user", "content": "Hello"}]}""";

    /** What the models were asked. */
    final List<ChatRequest> asked = Collections.synchronizedList(new ArrayList<>());
    /** Until when. */
    final List<Duration> remaining = Collections.synchronizedList(new ArrayList<>());

    final Memory memory;
    final ModelRegistry registry;
    private final Gateway gateway;

    Face(ChatModel model) {
        this(model, false, Map.of(), new Memory(1 << 20));
    }

    Face(ChatModel model, boolean keyNeeded, Map<String, String> keys, Memory memory) {
        this.memory = memory;
        ChatModel heard = ChatModel.honouringDeadline((request, deadline) -> {
            asked.add(request);
            remaining.add(Duration.ofNanos(deadline.remainingNanos()));
            return model.chat(request, deadline);
        });
        ChatModel failing = ChatModel.honouringDeadline((request, deadline) -> {
            throw new IllegalStateException("canary");
        });
        Configuration.Builder configuration = Configuration.builder()
                .deployment(Deployment.of("proven", heard))
                .deployment(Deployment.of("tuned", failing))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("proven")
                        .timeout(Duration.ofSeconds(20))
                        .build())
                .agent(AgentSettings.builder("legal_agent")
                        .baseline("proven")
                        .candidate("tuned")
                        .rollout(new RolloutSettings(Share.NONE, null, true))
                        .build());
        keys.forEach((name, key) -> configuration.client(name, Secret.of("test", key)));
        registry = ModelRegistry.builder().configuration(configuration.build()).build();
        gateway = new Gateway(registry, keyNeeded, memory, () -> Instant.parse("2026-11-21T07:00:00Z"));
    }

    static Face answering(ChatResponse response) {
        return new Face((ChatRequest request, Deadline deadline) -> response);
    }

    /** An answer as it goes over the wire. */
    record Said(int status, Map<String, String> headers, String body) {
        @SuppressWarnings("unchecked")
        Map<String, Object> json() {
            return (Map<String, Object>) (Map<?, ?>) Json.read(body.getBytes(StandardCharsets.UTF_8));
        }

        /** A value in the JSON: names and numbers of places, separated by points. */
        Object at(String path) {
            Object value = json();
            for (String step : path.split("\\.")) {
                value = value instanceof List<?> list
                        ? list.get(Integer.parseInt(step))
                        : ((Map<?, ?>) value).get(step);
            }
            return value;
        }
    }

    Said ask(String body, String... headers) throws IOException {
        Map<String, List<String>> all = new HashMap<>(Map.of("Content-Type", List.of("application/json")));
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return said(gateway.completions()
                .answer(new Request(
                        "POST", "/v1/chat/completions", Map.of(), all, body.getBytes(StandardCharsets.UTF_8))));
    }

    Said models(String path, String... headers) throws IOException {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return said(gateway.models().answer(new Request("GET", path, Map.of(), all, new byte[0])));
    }

    private static Said said(Answer answer) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (answer instanceof Answer.Whole whole) {
            body.write(whole.body());
        } else if (answer instanceof Answer.Flowing flowing) {
            flowing.body().writeTo(body);
        } else if (answer instanceof Answer.Late late) {
            Map<String, String> headers = new HashMap<>(late.headers());
            Answer.Whole instead = late.body().writeTo(more -> {
                headers.putAll(more);
                return body;
            });
            return instead != null
                    ? said(instead)
                    : new Said(late.status(), headers, body.toString(StandardCharsets.UTF_8));
        }
        answer.headers()
                .forEach((name, value) -> assertThat(value).describedAs(name).matches("[ -~]*"));
        return new Said(answer.status(), answer.headers(), body.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        registry.close();
    }
}
