package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.micrometer.AttemptObservationContext;
import dev.understudy.micrometer.AttemptObservationConvention;
import dev.understudy.micrometer.GenAiMetrics;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.micrometer.ObservationListener;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.propagation.Propagator;
import java.nio.file.Path;

/** What the pages about metrics and tracing quote, as {@link Snippets} is for the others. */
final class TelemetrySnippets {

    private TelemetrySnippets() {}

    static ModelRegistry genAiMetrics(MeterRegistry meterRegistry) {
        ModelRegistry registry = ModelRegistry.builder()
                .configFile(Path.of("models.yaml"))
                .listener(new MicrometerListener(meterRegistry))
                .listener(new GenAiMetrics(meterRegistry))
                .build();
        return registry;
    }

    static ModelRegistry tracing(ObservationRegistry observationRegistry) {
        ModelRegistry registry = ModelRegistry.builder()
                .configFile(Path.of("models.yaml"))
                .listener(new ObservationListener(observationRegistry))
                .build();
        return registry;
    }

    static ObservationRegistry handlers(Tracer tracer, Propagator propagator) {
        ObservationRegistry observationRegistry = ObservationRegistry.create();
        observationRegistry
                .observationConfig()
                .observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(
                        new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
        return observationRegistry;
    }

    static ObservationListener convention(ObservationRegistry observationRegistry) {
        ObservationListener listener = ObservationListener.builder(observationRegistry)
                .attemptConvention(new AttemptObservationConvention() {
                    @Override
                    public KeyValues getHighCardinalityKeyValues(AttemptObservationContext context) {
                        KeyValues usual = AttemptObservationConvention.super.getHighCardinalityKeyValues(context);
                        return usual.and("team", "support");
                    }
                })
                .build();
        return listener;
    }
}
