package dev.understudy.micrometer;

import dev.understudy.event.Destination;
import dev.understudy.event.Event;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an attempt while it is observed: where it goes from the beginning, the rest when it is over. A sender's
 * context, for that makes the span one of a client; what it propagates goes nowhere, the provider client's own
 * instrumentation does that.
 */
public final class AttemptObservationContext extends SenderContext<Object> {

    private final String agent;
    private final Destination destination;
    private volatile Event.@Nullable AttemptFinished finished;

    @SuppressWarnings("this-escape") // the carrier is only there to be there
    AttemptObservationContext(String agent, Destination destination) {
        super((carrier, key, value) -> {}, Kind.CLIENT);
        this.agent = agent;
        this.destination = destination;
        setCarrier(this);
    }

    void finished(Event.AttemptFinished end) {
        finished = end;
    }

    /**
     * Returns the agent whose call the attempt belongs to.
     *
     * @return its name in the configuration
     */
    public String agent() {
        return agent;
    }

    /**
     * Returns where the request goes.
     *
     * @return the model, and its provider where it has one
     */
    public Destination destination() {
        return destination;
    }

    /**
     * Returns how the attempt ended.
     *
     * @return failure, usage, the provider's id of the request; null while it is under way
     */
    public Event.@Nullable AttemptFinished finished() {
        return finished;
    }
}
