package dev.understudy.micrometer;

import dev.understudy.event.Reading;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the gauges in the registry in step with the readings: one that a new configuration still has is read from its new
 * source without a gap in the series, one that it no longer has disappears and is let go.
 */
final class Gauges {

    private final MeterRegistry registry;
    private final Meters meters;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<Series, Shown> shown = Map.of();

    Gauges(MeterRegistry registry, Meters meters) {
        this.registry = registry;
        this.meters = meters;
    }

    void observe(List<Reading> readings) {
        lock.lock();
        try {
            Set<Meter> registered = Collections.newSetFromMap(new IdentityHashMap<>());
            registered.addAll(registry.getMeters());
            Map<Series, Shown> next = new HashMap<>();
            for (Reading reading : readings) {
                Series series = new Series(reading.name(), reading.tags());
                Shown gauge = next.getOrDefault(series, shown.get(series));
                if (gauge == null || !(next.containsKey(series) || registered.contains(gauge.meter))) {
                    gauge = show(reading, registered);
                }
                if (gauge != null) {
                    gauge.source.reading = reading.value();
                    next.put(series, gauge);
                }
            }
            shown.forEach((series, gone) -> {
                // Where another listener took the series over, it is not ours to remove.
                if (!next.containsKey(series) && registered.contains(gone.meter)) {
                    meters.remove(gone.meter);
                }
            });
            shown = next;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Shown show(Reading reading, Set<Meter> registered) {
        Source source = new Source(reading.value());
        Gauge gauge = meters.gauge(reading, source);
        if (gauge != null && registered.contains(gauge)) {
            // Another listener's, for registering is idempotent: the newer one is shown.
            meters.remove(gauge);
            gauge = meters.gauge(reading, source);
        }
        return gauge == null ? null : new Shown(gauge, source);
    }

    private record Series(String name, Map<String, String> tags) {}

    private record Shown(Gauge meter, Source source) {}

    /** What a gauge reads; outlives the configuration that a reading comes from. */
    private static final class Source implements DoubleSupplier {
        volatile DoubleSupplier reading;

        Source(DoubleSupplier reading) {
            this.reading = reading;
        }

        @Override
        public double getAsDouble() {
            return reading.getAsDouble();
        }
    }
}
