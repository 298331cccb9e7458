package dev.understudy.benchmarks.sidebyside;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.time.Duration;
import java.util.function.Consumer;

/** OpenAI's own client, with a pool for all callers, a time-out, and without its two retries. */
final class OpenAiJava implements Contestant {

    private final OpenAIClient client;

    OpenAiJava(String baseUrl, int callers) {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(baseUrl)
                .apiKey("key")
                .timeout(Duration.ofSeconds(TIMEOUT_SECONDS))
                .maxRetries(0)
                .maxIdleConnections(callers)
                .keepAliveDuration(Duration.ofMinutes(5))
                .build();
    }

    private static ChatCompletionCreateParams params(String prompt) {
        return ChatCompletionCreateParams.builder()
                .model("model")
                .addUserMessage(prompt)
                .build();
    }

    @Override
    public String ask(String unit, String prompt) {
        return client.chat()
                .completions()
                .create(params(prompt))
                .choices()
                .get(0)
                .message()
                .content()
                .orElseThrow();
    }

    @Override
    public void stream(String unit, String prompt, Consumer<String> heard) {
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(params(prompt))) {
            chunks.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().content().stream())
                    .filter(text -> !text.isEmpty())
                    .forEach(heard);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
