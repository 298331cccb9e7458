package dev.understudy.benchmarks.sidebyside;

import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.jdk.JdkHttpClientBuilder;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * LangChain4j's OpenAI model over the client that it comes with, the JDK's, whose pool has no limit; a time-out, and none of
 * its two retries. HTTP/1.1, or each new connection in clear text would ask for HTTP/2 first.
 */
final class LangChain4j implements Contestant {

    private static final Duration TIMEOUT = Duration.ofSeconds(TIMEOUT_SECONDS);

    private final OpenAiChatModel model;
    private final OpenAiStreamingChatModel streaming;

    LangChain4j(String baseUrl, int callers) {
        HttpClientBuilder http = new JdkHttpClientBuilder()
                .httpClientBuilder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1));
        model = OpenAiChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(baseUrl)
                .apiKey("key")
                .modelName("model")
                .timeout(TIMEOUT)
                .maxRetries(0)
                .build();
        streaming = OpenAiStreamingChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(baseUrl)
                .apiKey("key")
                .modelName("model")
                .timeout(TIMEOUT)
                .build();
    }

    @Override
    public String ask(String unit, String prompt) {
        return model.chat(prompt);
    }

    @Override
    public void stream(String unit, String prompt, Consumer<String> heard) throws Exception {
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        streaming.chat(prompt, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String text) {
                heard.accept(text);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                whole.completeExceptionally(failure);
            }
        });
        whole.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
