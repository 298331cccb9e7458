package dev.understudy.config;

import dev.understudy.breaker.BreakerSettings;
import dev.understudy.chat.Deployment;
import dev.understudy.throttle.RateLimit;
import dev.understudy.throttle.TokenLimit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model and what guards it, whoever calls it. Immutable.
 *
 * @param deployment the model
 * @param breaker when its circuit breaker opens; default {@link BreakerSettings#DEFAULT}
 * @param rateLimit how fast it may be asked, or null, the default, for no limit of ours
 * @param tokenLimit how many tokens it may be asked for, or null, the default, for no limit of ours
 */
public record ModelSettings(
        Deployment deployment,
        BreakerSettings breaker,
        @Nullable RateLimit rateLimit,
        @Nullable TokenLimit tokenLimit) {

    /** Checks that nothing is missing. */
    public ModelSettings {
        Objects.requireNonNull(deployment, "deployment");
        Objects.requireNonNull(breaker, "breaker");
    }

    /**
     * A model whose tokens are not limited.
     *
     * @param deployment the model
     * @param breaker when its circuit breaker opens
     * @param rateLimit how fast it may be asked, or null for no limit of ours
     */
    public ModelSettings(Deployment deployment, BreakerSettings breaker, @Nullable RateLimit rateLimit) {
        this(deployment, breaker, rateLimit, null);
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
