package dev.understudy.micrometer;

import dev.understudy.chat.Usage;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Destination;
import dev.understudy.event.Event;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.NamingConvention;
import org.jspecify.annotations.Nullable;

/** The two histograms of one model's requests, under the names of {@link GenAi}. */
final class GenAiMeters {

    /** What the convention advises, in seconds. */
    static final double[] DURATION_BUCKETS = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
    };

    /** What the convention advises. */
    static final double[] TOKEN_BUCKETS = {
        1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864
    };

    private static final int INPUT = 0;
    private static final int OUTPUT = 1;
    private static final String[] TYPES = {"input", "output"};
    private static final FailureKind[] FAILURES = FailureKind.values();
    private static final double NANOS = 1e9;

    private final Destination destination;
    private final MeterRegistry registry;
    private final Meters meters;
    private final Row<DistributionSummary> durations;
    private final Row<DistributionSummary> tokens;

    GenAiMeters(Destination destination, MeterRegistry registry, Meters meters) {
        this.destination = destination;
        this.registry = registry;
        this.meters = meters;
        durations = new Row<>(1 + FAILURES.length, this::duration);
        tokens = new Row<>(TYPES.length, this::tokens);
    }

    Destination destination() {
        return destination;
    }

    void finished(Event.AttemptFinished attempt) {
        FailureKind failure = attempt.failure();
        meters.record(durations.get(failure == null ? 0 : 1 + failure.ordinal()), attempt.latencyNanos() / NANOS);
        Usage usage = attempt.usage();
        if (usage.totalTokens() > 0) { // else the provider did not say
            meters.record(tokens.get(INPUT), (double) usage.inputTokens());
            meters.record(tokens.get(OUTPUT), (double) usage.outputTokens());
        }
    }

    /** Not a Timer: registries measure those in units of their own, and the convention wants seconds. */
    private @Nullable DistributionSummary duration(int index) {
        String error = index == 0 ? "" : GenAi.error(FAILURES[index - 1]);
        return meters.register(GenAi.DURATION, name -> summary(name)
                .description("GenAI operation duration: requests sent to a model, through the last byte")
                .baseUnit(unit(name, "s", "seconds"))
                .tag(GenAi.ERROR, error)
                .serviceLevelObjectives(DURATION_BUCKETS)
                .register(registry));
    }

    private @Nullable DistributionSummary tokens(int type) {
        return meters.register(GenAi.TOKENS, name -> summary(name)
                .description("Number of input and output tokens used, as the provider reported them")
                .baseUnit(unit(name, "{token}", null))
                .tag(GenAi.TOKEN_TYPE, TYPES[type])
                .serviceLevelObjectives(TOKEN_BUCKETS)
                .register(registry));
    }

    private DistributionSummary.Builder summary(String name) {
        return DistributionSummary.builder(name)
                .tag(GenAi.OPERATION, GenAi.CHAT)
                .tag(GenAi.PROVIDER, GenAi.provider(destination))
                .tag(GenAi.REQUEST_MODEL, destination.requestModel())
                .tag(GenAi.SERVER, GenAi.server(destination))
                .tag(GenAi.PORT, GenAi.port(destination));
    }

    /**
     * The convention's unit; or, where the registry makes it part of the name, as Prometheus does, the word that gives the
     * name which OpenTelemetry's own exporter gives.
     */
    private @Nullable String unit(String name, String unit, @Nullable String word) {
        NamingConvention naming = registry.config().namingConvention();
        boolean named = !naming.name(name, Meter.Type.DISTRIBUTION_SUMMARY, unit)
                .equals(naming.name(name, Meter.Type.DISTRIBUTION_SUMMARY, null));
        return named ? word : unit;
    }
}
