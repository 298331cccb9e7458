package dev.understudy.micrometer;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.HedgeResult;
import dev.understudy.event.Outcome;
import dev.understudy.event.Reading;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table of {@code docs/metrics.md} as code: one method for each meter, and the updates that survive whatever the
 * registry does. Registering is idempotent in Micrometer, so two threads that both miss a meter get the same one.
 */
final class Meters {

    /** Upper bounds of the latency buckets in milliseconds; 18 of them, where Micrometer's own choice would be 276. */
    static final double[] LATENCY_BUCKETS_MS = {
        50, 100, 250, 500, 750, 1_000, 1_500, 2_000, 2_500, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 45_000,
        60_000, 120_000
    };

    private static final Logger LOG = LoggerFactory.getLogger(MicrometerListener.class);

    private final MeterRegistry registry;
    private final Set<String> complained = ConcurrentHashMap.newKeySet();

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    // Which meters there are ------------------------------------------------------------------------------------------

    @Nullable
    Counter requests(String agent, Variant variant, String model, Outcome outcome) {
        return register("model.requests", name -> Counter.builder(name)
                .description("Logical calls, by how they ended")
                .tags("agent", agent, "variant", variant.tag(), "model", model, "outcome", outcome.tag())
                .register(registry));
    }

    @Nullable
    DistributionSummary latency(String agent, Variant variant, Outcome outcome) {
        // Not a Timer: Prometheus would call that seconds.
        return register("model.latency", name -> DistributionSummary.builder(name)
                .description("Duration of logical calls, from chat() to the end")
                .baseUnit("ms")
                .tags("agent", agent, "variant", variant.tag(), "outcome", outcome.tag())
                .serviceLevelObjectives(LATENCY_BUCKETS_MS)
                .register(registry));
    }

    @Nullable
    DistributionSummary firstToken(String agent, Variant variant) {
        return register("model.first_token", name -> DistributionSummary.builder(name)
                .description("Time from stream() to the first text that its caller heard")
                .baseUnit("ms")
                .tags("agent", agent, "variant", variant.tag())
                .serviceLevelObjectives(LATENCY_BUCKETS_MS)
                .register(registry));
    }

    @Nullable
    Counter errors(String agent, Variant variant, String model, FailureKind error) {
        return register("model.errors", name -> Counter.builder(name)
                .description("Logical calls that ended in an exception, by what it was")
                .tags("agent", agent, "variant", variant.tag(), "model", model, "error", error.tag())
                .register(registry));
    }

    @Nullable
    Counter attempts(String model, String outcome) {
        return register("model.attempts", name -> Counter.builder(name)
                .description("Requests sent to a model, by how they ended")
                .tags("model", model, "outcome", outcome)
                .register(registry));
    }

    @Nullable
    Timer attemptDuration(String model, String outcome) {
        return register("model.attempts.duration", name -> Timer.builder(name)
                .description("Duration of requests sent to a model, through the last byte")
                .tags("model", model, "outcome", outcome)
                .register(registry));
    }

    @Nullable
    Counter fallbacks(String agent, FailureKind reason) {
        return register("model.fallbacks", name -> Counter.builder(name)
                .description("Times the baseline was asked because the candidate failed, by what failed")
                .tags("agent", agent, "reason", reason.tag())
                .register(registry));
    }

    @Nullable
    Counter hedges(String agent, HedgeResult result) {
        return register("model.hedges", name -> Counter.builder(name)
                .description("Times a candidate was late enough to ask the baseline besides, by what became of it")
                .tags("agent", agent, "result", result.tag())
                .register(registry));
    }

    @Nullable
    Counter rejected(String agent, String guard) {
        return register("model.rejected", name -> Counter.builder(name)
                .description("Refusals by our own guards before anything was sent")
                .tags("agent", agent, "guard", guard)
                .register(registry));
    }

    @Nullable
    Counter cache(String agent, CacheStatus result) {
        return register("model.cache", name -> Counter.builder(name)
                .description("Cache look-ups, by what the cache said")
                .tags("agent", agent, "result", result.tag())
                .register(registry));
    }

    @Nullable
    Counter tokens(String agent, String model, String direction) {
        return register("model.tokens", name -> Counter.builder(name)
                .description("Tokens used, as the provider reported them")
                .baseUnit("tokens")
                .tags("agent", agent, "model", model, "direction", direction)
                .register(registry));
    }

    @Nullable
    Counter cost(String agent, String model, String direction) {
        return register("model.cost", name -> Counter.builder(name)
                .description("Cost of the tokens used, in the currency of the configured prices")
                .tags("agent", agent, "model", model, "direction", direction)
                .register(registry));
    }

    @Nullable
    Counter rollbacks(String agent, String model) {
        return register("model.rollback", name -> Counter.builder(name)
                .description("Times a candidate was taken away for good")
                .tags("agent", agent, "model", model)
                .register(registry));
    }

    @Nullable
    Counter budgetReached(String agent, String percent) {
        return register("model.budget.reached", name -> Counter.builder(name)
                .description("Times an agent had spent so many per cent of its budget, once for each period")
                .tags("agent", agent, "percent", percent)
                .register(registry));
    }

    @Nullable
    Counter reloads(String result) {
        return register("model.config.reload", name -> Counter.builder(name)
                .description("Changed configurations that were read while running")
                .tags("result", result)
                .register(registry));
    }

    @Nullable
    Gauge gauge(Reading reading, DoubleSupplier source) {
        List<Tag> tags = new ArrayList<>();
        reading.tags().forEach((key, value) -> tags.add(Tag.of(key, value)));
        return register(reading.name(), name -> Gauge.builder(name, source, DoubleSupplier::getAsDouble)
                .description(reading.description())
                .tags(tags)
                .strongReference(true) // by default Micrometer forgets what nobody else holds, and shows NaN
                .register(registry));
    }

    // What happens to them --------------------------------------------------------------------------------------------

    void add(@Nullable Counter counter, double amount) {
        if (counter != null) {
            try {
                counter.increment(amount);
            } catch (Throwable broken) { // R27: the other meters and the call go on
                complain(counter, broken);
            }
        }
    }

    void record(@Nullable DistributionSummary summary, double amount) {
        if (summary != null) {
            try {
                summary.record(amount);
            } catch (Throwable broken) { // as above
                complain(summary, broken);
            }
        }
    }

    void record(@Nullable Timer timer, long nanos) {
        if (timer != null) {
            try {
                timer.record(nanos, TimeUnit.NANOSECONDS);
            } catch (Throwable broken) { // as above
                complain(timer, broken);
            }
        }
    }

    void remove(Meter meter) {
        try {
            registry.remove(meter);
        } catch (Throwable broken) { // as above
            complain(meter, broken);
        }
    }

    /** Returns null where the registry fails: the event passes uncounted, and the next one asks again. */
    <M extends Meter> @Nullable M register(String name, Function<String, M> registration) {
        try {
            return registration.apply(name);
        } catch (Throwable broken) { // as above
            complain(name, broken);
            return null;
        }
    }

    private void complain(Meter meter, Throwable broken) {
        complain(meter.getId().getName(), broken);
    }

    private void complain(String meter, Throwable broken) {
        if (complained.add(meter)) {
            // The class only: a foreign message might quote anything.
            LOG.warn(
                    "Meter registry {} failed with {} at '{}': the metric may be too low, calls are not affected; this is "
                            + "said once",
                    registry.getClass().getName(),
                    broken.getClass().getName(),
                    meter);
        }
    }
}
