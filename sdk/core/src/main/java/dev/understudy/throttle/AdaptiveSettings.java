package dev.understudy.throttle;

import dev.understudy.error.Bounds;

/**
 * Between which bounds a limit on concurrency finds itself, for each of an agent's two models. Immutable.
 *
 * @param min attempts at once that are always allowed, however bad the model is; 1 to 100,000; default 2
 * @param initial attempts at once before anything is learnt; between min and max; default 10
 * @param max the most attempts at once, however good the model is; 1 to 100,000; default 100
 */
public record AdaptiveSettings(int min, int initial, int max) {

    /** What {@code max_concurrent: adaptive} means. */
    public static final AdaptiveSettings DEFAULT = new AdaptiveSettings(2, 10, 100);

    /** Checks the bounds. */
    public AdaptiveSettings {
        Bounds.check("max_concurrent.max", max, 1, 100_000);
        Bounds.check("max_concurrent.min", min, 1, max);
        Bounds.check("max_concurrent.initial", initial, min, max);
    }

    /**
     * Bounds with the start between them that is next to the usual one.
     *
     * @param min attempts at once that are always allowed; 1 to 100,000
     * @param max the most attempts at once; from min to 100,000
     * @return new settings
     */
    public static AdaptiveSettings between(int min, int max) {
        return new AdaptiveSettings(min, Math.max(min, Math.min(DEFAULT.initial, max)), max);
    }

    /** The same bounds, starting where something was learnt. */
    AdaptiveSettings from(int learnt) {
        return new AdaptiveSettings(min, Math.max(min, Math.min(learnt, max)), max);
    }

    int clamp(int limit) {
        return Math.max(min, Math.min(limit, max));
    }
}
