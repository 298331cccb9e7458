package dev.understudy.adaptive;

import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.ConcurrencyLimit;

/**
 * Makes limits for {@code max_concurrent: adaptive}. Found by {@link java.util.ServiceLoader}; applications have no need to name
 * it. Thread-safe.
 */
public final class LearntLimitFactory implements ConcurrencyLimit.Factory {

    /** For {@link java.util.ServiceLoader}. */
    public LearntLimitFactory() {}

    @Override
    public ConcurrencyLimit start(AdaptiveSettings settings) {
        return new LearntLimit(settings);
    }
}
