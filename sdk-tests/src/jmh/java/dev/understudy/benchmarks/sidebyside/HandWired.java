package dev.understudy.benchmarks.sidebyside;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.understudy.rollout.Buckets;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/**
 * What a careful team builds of the field's libraries: OkHttp with a bound on the call, resilience4j's retry, breaker and bulkhead
 * for each of two models, a fallback from the one to the other, the variant by hash, a cache, and Micrometer's meters.
 */
final class HandWired implements Contestant {

    /** The hash is Understudy's own: it is the fastest that we know, and deals the same users the same model. */
    private final Buckets buckets = new Buckets(Incident.SALT);

    private final Cache<String, String> cache = Caffeine.newBuilder()
            .maximumSize(1000)
            .expireAfterWrite(Duration.ofMinutes(5))
            .build();

    private final HandWiredModel baseline;
    private final HandWiredModel candidate;
    private final HandWiredMeters meters;

    /** As for the speed: bounds that no call meets. */
    HandWired(String baseUrl, int callers) {
        this(
                baseUrl,
                callers,
                Duration.ofSeconds(TIMEOUT_SECONDS / 2),
                Duration.ofSeconds(TIMEOUT_SECONDS / 2),
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.TIME_BASED)
                        .slidingWindowSize(30)
                        .minimumNumberOfCalls(20)
                        .build());
    }

    /**
     * Wires the stack.
     *
     * @param candidateTimeout how long the candidate may take
     * @param baselineTimeout how long the baseline may take, after the candidate failed, too
     * @param breaker for each of the two
     */
    HandWired(
            String baseUrl,
            int callers,
            Duration candidateTimeout,
            Duration baselineTimeout,
            CircuitBreakerConfig breaker) {
        MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HttpUrl url = HttpUrl.get(baseUrl + "/chat/completions");
        OkHttpClient http = new OkHttpClient.Builder()
                .connectionPool(new ConnectionPool(callers, 5, TimeUnit.MINUTES))
                .retryOnConnectionFailure(false)
                .build();
        meters = new HandWiredMeters(registry);
        baseline = new HandWiredModel(
                Incident.BASELINE,
                http.newBuilder().callTimeout(baselineTimeout).build(),
                url,
                callers,
                breaker,
                registry);
        candidate = new HandWiredModel(
                Incident.CANDIDATE,
                http.newBuilder().callTimeout(candidateTimeout).build(),
                url,
                callers,
                breaker,
                registry);
    }

    @Override
    public String ask(String unit, String prompt) throws IOException {
        long start = System.nanoTime();
        boolean failed = true;
        try {
            HandWiredModel assigned = buckets.of(unit) < Incident.SHARE * Buckets.COUNT / 100 ? candidate : baseline;
            String key = key(assigned.name(), prompt);
            String answer = cache.getIfPresent(key);
            if (answer == null) {
                answer = answered(assigned, key, prompt);
            }
            failed = false;
            return answer;
        } finally {
            meters.finished(System.nanoTime() - start, failed);
        }
    }

    private String answered(HandWiredModel assigned, String key, String prompt) throws IOException {
        try {
            String answer = assigned.ask(prompt);
            cache.put(key, answer);
            return answer;
        } catch (IOException | RuntimeException failed) {
            if (assigned == baseline) {
                throw failed;
            }
            meters.fellBack();
            return baseline.ask(prompt);
        }
    }

    private static String key(String model, String prompt) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(model.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(prompt.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    @Override
    public void stream(String unit, String prompt, Consumer<String> heard) {
        throw new UnsupportedOperationException("What is wired here has no streams");
    }
}
