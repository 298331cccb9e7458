package dev.understudy.call;

import dev.understudy.chat.Deployment;
import dev.understudy.chat.Variant;

/**
 * One of an agent's two models and the stages that lead to it. Immutable, composed once per configuration.
 *
 * @param variant which of the two it is
 * @param deployment the model
 * @param chain cache, retry, breaker, throttle, model
 */
public record Leg(Variant variant, Deployment deployment, Chain chain) {

    /**
     * Returns the model's name in the configuration.
     *
     * @return the deployment's name
     */
    public String model() {
        return deployment.name();
    }
}
