package dev.understudy.config;

import dev.understudy.breaker.BreakerSettings;
import dev.understudy.chat.Deployment;
import dev.understudy.throttle.RateLimit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model and what guards it, whoever calls it. Immutable.
 *
 * @param deployment the model
 * @param breaker when its circuit breaker opens; default {@link BreakerSettings#DEFAULT}
 * @param rateLimit how fast it may be asked, or null, the default, for no limit of ours
 */
public record ModelSettings(
        Deployment deployment,
        BreakerSettings breaker,
        @Nullable RateLimit rateLimit) {

    /** Checks that nothing is missing. */
    public ModelSettings {
        Objects.requireNonNull(deployment, "deployment");
        Objects.requireNonNull(breaker, "breaker");
    }

    /**
     * A model with the default breaker and no rate limit.
     *
     * @param deployment the model
     * @return new settings
     */
    public static ModelSettings of(Deployment deployment) {
        return new ModelSettings(deployment, BreakerSettings.DEFAULT, null);
    }

    /**
     * Returns the model's name.
     *
     * @return the deployment's name
     */
    public String name() {
        return deployment.name();
    }
}
