package dev.understudy.chat;

import dev.understudy.error.FailureKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where an answer came from. Immutable.
 *
 * @param model the deployment that answered
 * @param variant what was assigned to the call, whoever answered
 * @param degradedBecause why the baseline (or an expired cache entry) answered instead of what should have, or null where
 *     the assigned model answered
 * @param cache what the cache had to do with it
 * @param attempts requests that this call sent, to all models; 0 where it was answered from the cache
 * @param latencyNanos from {@code chat()} to the answer, in nanoseconds
 * @param cost what the call's attempts cost, those before a retry or a fallback among them if their tokens were reported; 0
 *     from the cache, or where no price is configured
 */
public record Provenance(
        String model,
        Variant variant,
        @Nullable FailureKind degradedBecause,
        CacheStatus cache,
        int attempts,
        long latencyNanos,
        double cost) {

    /** An answer that has not travelled through a registry. */
    public static final Provenance NONE = new Provenance("", Variant.BASELINE, null, CacheStatus.OFF, 0, 0, 0);

    /**
     * Returns the time from {@code chat()} to the answer.
     *
     * @return the latency
     */
    public Duration latency() {
        return Duration.ofNanos(latencyNanos);
    }
}
