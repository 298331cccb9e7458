package dev.understudy.micrometer;

import dev.understudy.event.Event;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** What is known of a logical call while it is observed: its agent from the beginning, the rest when it is over. */
public final class CallObservationContext extends Observation.Context {

    private final String agent;
    private volatile Event.@Nullable CallFinished finished;

    CallObservationContext(String agent) {
        this.agent = agent;
    }

    void finished(Event.CallFinished end) {
        finished = end;
    }

    /**
     * Returns the agent that was asked.
     *
     * @return its name in the configuration
     */
    public String agent() {
        return agent;
    }

    /**
     * Returns how the call ended.
     *
     * @return variant, model, outcome, attempts and cost; null while it is under way
     */
    public Event.@Nullable CallFinished finished() {
        return finished;
    }
}
