package dev.understudy.event;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where requests for a model go, as the configuration says: what a listener needs that names models as others do.
 * Immutable.
 *
 * @param model the model's name in the configuration, as in {@link Event.AttemptFinished#model()}
 * @param requestModel what the provider calls it
 * @param provider the provider's name in the configuration, or null where the model is a Java object
 * @param host the provider's host, or null where it is not known
 * @param port the provider's port; 0 where the host is not known
 */
public record Destination(
        String model,
        String requestModel,
        @Nullable String provider,
        @Nullable String host,
        int port) {

    /** Checks that the names are there. */
    public Destination {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(requestModel, "requestModel");
    }

    /**
     * A model of which nothing is known but its name.
     *
     * @param model the model's name in the configuration
     * @return a destination without provider and host
     */
    public static Destination unknown(String model) {
        return new Destination(model, model, null, null, 0);
    }
}
