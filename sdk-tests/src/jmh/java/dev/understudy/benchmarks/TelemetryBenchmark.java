package dev.understudy.benchmarks;

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
import dev.understudy.event.Listener;
import dev.understudy.micrometer.GenAiMetrics;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.micrometer.ObservationListener;
import dev.understudy.throttle.ThrottleSettings;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs a call to be measured and followed: the whole chain around a constant upstream, with one more listener. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class TelemetryBenchmark {

    /** What listens. */
    public enum Telemetry {
        /** Nobody but who always does: insight and the log. */
        NONE,
        /** Follows nobody, for its observation registry has no handlers. */
        OBSERVATION_WITHOUT_HANDLERS,
        /** Meters of our own names. */
        METRICS,
        /** Meters of OpenTelemetry's names. */
        GEN_AI_METRICS,
        /** Spans that a sampler drops. */
        SPANS_NOT_SAMPLED,
        /** Spans, without the exporter. */
        SPANS
    }

    @Param
    public Telemetry telemetry;

    private final ChatResponse constant = ChatResponse.of("Here.", new Usage(12, 3));
    private final ChatRequest request = ChatRequest.of(List.of(Message.user("Where is my parcel?")));
    private final CallOptions options =
            CallOptions.builder().unit("6f1f8a38-1c5c-4f0e-9a57-0c1f0b6e4d11").build();
    private ModelRegistry registry;

    @Setup
    public void open() {
        ChatModel upstream = ChatModel.honouringDeadline((asked, deadline) -> constant);
        ModelRegistry.Builder builder = ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.of("steady", upstream))
                        .deployment(Deployment.of("tuned", upstream))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(25)
                                .timeout(Duration.ofSeconds(5))
                                .throttle(ThrottleSettings.of(64))
                                .build())
                        .build());
        Listener listener = listener();
        if (listener != null) {
            builder.listener(listener);
        }
        registry = builder.build();
    }

    private Listener listener() {
        return switch (telemetry) {
            case NONE -> null;
            case OBSERVATION_WITHOUT_HANDLERS -> new ObservationListener(ObservationRegistry.create());
            case METRICS -> new MicrometerListener(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
            case GEN_AI_METRICS -> new GenAiMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
            case SPANS_NOT_SAMPLED -> new ObservationListener(traced(Sampler.alwaysOff()));
            case SPANS -> new ObservationListener(traced(Sampler.alwaysOn()));
        };
    }

    private static ObservationRegistry traced(Sampler sampler) {
        var otel = SdkTracerProvider.builder().setSampler(sampler).build().get("benchmark");
        OtelTracer tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), event -> {});
        OtelPropagator propagator =
                new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()), otel);
        ObservationRegistry observations = ObservationRegistry.create();
        observations
                .observationConfig()
                .observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(
                        new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
        return observations;
    }

    @TearDown
    public void close() {
        registry.close();
    }

    @Benchmark
    public ChatResponse call() {
        return registry.chat("qa_agent", request, options);
    }
}
