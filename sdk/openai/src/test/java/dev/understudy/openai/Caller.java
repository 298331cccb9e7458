package dev.understudy.openai;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.Secret;
import dev.understudy.error.ChatException;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A client of a server, and a model of it. */
final class Caller implements AutoCloseable {

    static final String KEY = "sk-test-9f8e7d6c5b4a3210";
    static final String ANSWER =
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,"
                    + "\"message\":{\"role\":\"assistant\",\"content\":\"Hello.\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9}}";

    final Waiting waiting = Waiting.system();
    final ProviderClient client;
    final ChatModel model;

    Caller(LoopbackServer server) {
        this(server.baseUrl());
    }

    Caller(URI baseUrl) {
        this(baseUrl, Map.of(), deployment());
    }

    Caller(URI baseUrl, Map<String, Object> options, Deployment.Builder deployment) {
        this(new OpenAiFactory().open(provider(baseUrl, options), Ticker.system()), deployment);
    }

    /** Believes the certificate of {@link Keys}. */
    static Caller trusting(URI baseUrl) {
        return new Caller(
                new OpenAiClient(
                        provider(baseUrl, Map.of()),
                        Ticker.system(),
                        host -> List.of(InetAddress.getLoopbackAddress()),
                        Keys.trust(),
                        MemoryBudget.OF_THE_PROCESS),
                deployment());
    }

    private Caller(ProviderClient client, Deployment.Builder deployment) {
        this.client = client;
        this.model = client.model(deployment.build());
    }

    private static Provider provider(URI baseUrl, Map<String, Object> options) {
        return new Provider("local", "openai", baseUrl, Secret.of("env:KEY", KEY), 16, options);
    }

    private static Deployment.Builder deployment() {
        return Deployment.builder("tuned").provider("local").model("ft:model");
    }

    static ChatRequest request() {
        return ChatRequest.of(List.of(Message.user("What is the capital of Atlantis?")));
    }

    ChatResponse chat() {
        return chat(request());
    }

    ChatResponse chat(ChatRequest request) {
        return model.chat(request, deadline(Duration.ofSeconds(20)));
    }

    Deadline deadline(Duration timeout) {
        return Deadline.after(waiting, timeout);
    }

    ChatException failure() {
        return failure(Duration.ofSeconds(20));
    }

    ChatException failure(Duration timeout) {
        return failure(request(), deadline(timeout));
    }

    ChatException failure(ChatRequest request, Deadline deadline) {
        try {
            ChatResponse answer = model.chat(request, deadline);
            throw new AssertionError("an answer instead of a failure: " + answer);
        } catch (ChatException e) {
            return e;
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
