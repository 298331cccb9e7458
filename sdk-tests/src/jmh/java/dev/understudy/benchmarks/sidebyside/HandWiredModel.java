package dev.understudy.benchmarks.sidebyside;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.functions.CheckedFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One model of the stack that is wired by hand: retry, breaker and bulkhead of its own around a call of OkHttp. */
final class HandWiredModel {

    private final String name;
    private final OkHttpClient http;
    private final HttpUrl url;
    private final ChatJson json;
    private final CheckedFunction<String, String> guarded;
    private final Timer attempts;
    private final Counter inputTokens;
    private final Counter outputTokens;

    HandWiredModel(
            String name,
            OkHttpClient http,
            HttpUrl url,
            int callers,
            CircuitBreakerConfig breaker,
            MeterRegistry registry) {
        this.name = name;
        this.http = http;
        this.url = url;
        json = new ChatJson(callers);
        attempts = Timer.builder("attempts").tag("model", name).register(registry);
        inputTokens = tokens("input", registry);
        outputTokens = tokens("output", registry);
        Bulkhead bulkhead = Bulkhead.of(
                name, BulkheadConfig.custom().maxConcurrentCalls(callers).build());
        // A time-out is not worth another attempt: the fallback has what is left.
        Retry retry = Retry.of(
                name,
                RetryConfig.custom()
                        .maxAttempts(2)
                        .retryOnException(failure ->
                                failure instanceof IOException && !(failure instanceof InterruptedIOException))
                        .build());
        guarded = Retry.decorateCheckedFunction(
                retry,
                CircuitBreaker.decorateCheckedFunction(
                        CircuitBreaker.of(name, breaker), Bulkhead.decorateCheckedFunction(bulkhead, this::call)));
    }

    private Counter tokens(String direction, MeterRegistry registry) {
        return Counter.builder("tokens")
                .tag("model", name)
                .tag("direction", direction)
                .register(registry);
    }

    String name() {
        return name;
    }

    String ask(String prompt) throws IOException {
        try {
            return guarded.apply(prompt);
        } catch (IOException | RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private String call(String prompt) throws IOException {
        long start = System.nanoTime();
        Request request = new Request.Builder()
                .url(url)
                .header("Authorization", "Bearer key")
                .post(json.request(name, prompt, false))
                .build();
        try (Response response = http.newCall(request).execute()) {
            if (!response.isSuccessful()) {
                throw new IOException("Status " + response.code());
            }
            ChatJson.Answer answer = json.answer(response.body());
            inputTokens.increment(answer.inputTokens());
            outputTokens.increment(answer.outputTokens());
            return answer.text();
        } finally {
            attempts.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }
}
