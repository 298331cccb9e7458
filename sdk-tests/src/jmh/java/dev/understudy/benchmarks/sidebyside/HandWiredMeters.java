package dev.understudy.benchmarks.sidebyside;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;

/** Calls by outcome, their latency, and fallbacks: what a dashboard needs, each meter looked up once. */
final class HandWiredMeters {

    private static final double[] BUCKETS_MILLIS = {
        50, 100, 250, 500, 750, 1000, 1500, 2000, 2500, 5000, 7500, 10000, 15000, 20000, 30000, 45000, 60000, 120000
    };

    private final Counter successes;
    private final Counter failures;
    private final Counter fallbacks;
    private final DistributionSummary latency;

    HandWiredMeters(MeterRegistry registry) {
        successes = Counter.builder("requests").tag("outcome", "success").register(registry);
        failures = Counter.builder("requests").tag("outcome", "failure").register(registry);
        fallbacks = Counter.builder("fallbacks").register(registry);
        latency = DistributionSummary.builder("latency")
                .serviceLevelObjectives(BUCKETS_MILLIS)
                .register(registry);
    }

    void finished(long nanos, boolean failed) {
        (failed ? failures : successes).increment();
        latency.record(nanos / 1e6);
    }

    void fellBack() {
        fallbacks.increment();
    }
}
