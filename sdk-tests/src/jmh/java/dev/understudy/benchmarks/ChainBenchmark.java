package dev.understudy.benchmarks;

import dev.failsafe.Bulkhead;
import dev.failsafe.CircuitBreaker;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Fallback;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Usage;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.rollout.Buckets;
import dev.understudy.throttle.ThrottleSettings;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The whole chain around a constant upstream: rollout, deadline, fallback, retry budget, breaker, permit, events, Micrometer
 * counters and latency histogram. Beside it a floor, and what one wires by hand: resilience4j's bulkhead, breaker and retry
 * with a fallback, a counter and a histogram for each outcome and a timer; and Failsafe with the same policies.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChainBenchmark {

    private static final double[] BUCKETS = {
        50, 100, 250, 500, 750, 1000, 1500, 2000, 2500, 5000, 7500, 10000, 15000, 20000, 30000, 45000, 60000, 120000
    };
    private static final int PERMITS = 64;
    private static final String UNIT = "6f1f8a38-1c5c-4f0e-9a57-0c1f0b6e4d11";

    private final ChatResponse constant = ChatResponse.of("Here.", new Usage(12, 3));
    private final ChatRequest request = ChatRequest.of(List.of(Message.user("Where is my parcel?")));
    private final CallOptions options = CallOptions.builder().unit(UNIT).build();

    private final Semaphore semaphore = new Semaphore(PERMITS);
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    private ModelRegistry registry;
    private Supplier<ChatResponse> handWired;
    private FailsafeExecutor<ChatResponse> failsafe;
    private Counter requests;
    private DistributionSummary latency;
    private Timer timer;
    private Counter attempts;
    private Counter inputTokens;
    private Counter outputTokens;
    private final Buckets buckets = new Buckets("qa_agent/tuned");
    private boolean candidate;

    @Setup
    public void open() {
        ChatModel upstream = ChatModel.honouringDeadline((asked, deadline) -> constant);
        registry = ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.of("steady", upstream))
                        .deployment(Deployment.of("tuned", upstream))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(25)
                                .timeout(Duration.ofSeconds(5))
                                .throttle(ThrottleSettings.of(PERMITS))
                                .build())
                        .build())
                .listener(new MicrometerListener(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
                .build();
        wireByHand(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        failsafe = Failsafe.with(
                Fallback.of(constant),
                RetryPolicy.<ChatResponse>builder().withMaxRetries(1).build(),
                CircuitBreaker.<ChatResponse>builder()
                        .withFailureRateThreshold(50, 20, Duration.ofSeconds(30))
                        .build(),
                Bulkhead.of(PERMITS),
                Timeout.of(Duration.ofSeconds(5)));
    }

    private void wireByHand(MeterRegistry meters) {
        requests = Counter.builder("requests").tag("outcome", "success").register(meters);
        latency = DistributionSummary.builder("latency")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
        timer = Timer.builder("attempts.duration").register(meters);
        attempts = Counter.builder("attempts").register(meters);
        inputTokens = Counter.builder("tokens").tag("direction", "input").register(meters);
        outputTokens = Counter.builder("tokens").tag("direction", "output").register(meters);
        var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                "tuned",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.TIME_BASED)
                        .slidingWindowSize(30)
                        .minimumNumberOfCalls(20)
                        .build());
        var bulkhead = io.github.resilience4j.bulkhead.Bulkhead.of(
                "qa_agent", BulkheadConfig.custom().maxConcurrentCalls(PERMITS).build());
        var retry = Retry.of("qa_agent", RetryConfig.custom().maxAttempts(2).build());
        handWired = Retry.decorateSupplier(
                retry,
                io.github.resilience4j.circuitbreaker.CircuitBreaker.decorateSupplier(
                        breaker, io.github.resilience4j.bulkhead.Bulkhead.decorateSupplier(bulkhead, () -> constant)));
    }

    @TearDown
    public void close() {
        registry.close();
    }

    @Benchmark
    public ChatResponse floor() {
        long start = System.nanoTime();
        semaphore.tryAcquire();
        try {
            return constant;
        } finally {
            semaphore.release();
            count.increment();
            nanos.add(System.nanoTime() - start);
        }
    }

    @Benchmark
    public ChatResponse understudy() {
        return registry.chat("qa_agent", request, options);
    }

    @Benchmark
    public ChatResponse resilience4jByHand() {
        long start = System.nanoTime();
        try {
            ChatResponse answer = handWired.get();
            requests.increment();
            return answer;
        } catch (RuntimeException failed) {
            return constant;
        } finally {
            long took = System.nanoTime() - start;
            latency.record(took / 1e6);
            timer.record(took, TimeUnit.NANOSECONDS);
        }
    }

    /** The same with every meter that Understudy keeps for a call, and the variant by hash. */
    @Benchmark
    public ChatResponse resilience4jSameJob() {
        long start = System.nanoTime();
        candidate = buckets.of(UNIT) < 25_000;
        try {
            ChatResponse answer = handWired.get();
            requests.increment();
            attempts.increment();
            inputTokens.increment(answer.usage().inputTokens());
            outputTokens.increment(answer.usage().outputTokens());
            return answer;
        } catch (RuntimeException failed) {
            return constant;
        } finally {
            long took = System.nanoTime() - start;
            latency.record(took / 1e6);
            timer.record(took, TimeUnit.NANOSECONDS);
        }
    }

    @Benchmark
    public ChatResponse failsafe() {
        return failsafe.get(() -> constant);
    }
}
