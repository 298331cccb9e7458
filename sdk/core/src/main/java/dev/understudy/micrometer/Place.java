package dev.understudy.micrometer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The place of a thread's current observation, taken for a while. Whatever the handlers do, the thread has afterwards what it
 * had before.
 */
final class Place {

    private final ObservationRegistry registry;
    private final Observation.@Nullable Scope before;
    private final Observation.Scope scope;

    private Place(ObservationRegistry registry, Observation.@Nullable Scope before, Observation.Scope scope) {
        this.registry = registry;
        this.before = before;
        this.scope = scope;
    }

    static Place take(ObservationRegistry registry, Observation observation) {
        Observation.Scope before = registry.getCurrentObservationScope();
        try {
            return new Place(registry, before, observation.openScope());
        } catch (RuntimeException | Error broken) {
            // Micrometer has put the scope in place before it asked the handlers, one of which has thrown.
            Observation.Scope half = registry.getCurrentObservationScope();
            if (half != null && half != before) {
                new Place(registry, before, half).leave();
            }
            throw broken;
        }
    }

    void leave() {
        try {
            scope.close();
        } finally {
            if (registry.getCurrentObservationScope() != before) {
                registry.setCurrentObservationScope(before);
            }
        }
    }
}
