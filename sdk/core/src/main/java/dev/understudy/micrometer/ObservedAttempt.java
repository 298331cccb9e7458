package dev.understudy.micrometer;

import dev.understudy.event.CallObservation;
import dev.understudy.event.Event;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The observation of one attempt. The thread that asks the model starts it, the thread that runs the call stops it; a worker
 * that is left behind may come when it is over already, or in the middle of that.
 */
final class ObservedAttempt implements CallObservation.Attempt {

    private enum State {
        /** Nothing was sent yet, and perhaps nothing ever will be. */
        NEW,
        /** The thread that asks is about to start it. */
        STARTING,
        STARTED,
        /** Whoever brings this about stops it, once it is started. */
        OVER
    }

    private static final CallObservation.Work NOTHING = () -> {};

    private final ObservationRegistry registry;
    private final Observation observation;
    private final AttemptObservationContext context;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    ObservedAttempt(ObservationRegistry registry, Observation observation, AttemptObservationContext context) {
        this.registry = registry;
        this.observation = observation;
        this.context = context;
    }

    @Override
    public CallObservation.Work enter() {
        if (!state.compareAndSet(State.NEW, State.STARTING)) {
            return NOTHING; // it was over before the worker came
        }
        boolean awaited;
        try {
            observation.start();
        } finally {
            awaited = state.compareAndSet(State.STARTING, State.STARTED);
            if (!awaited) {
                stop();
            }
        }
        return awaited ? Place.take(registry, observation)::leave : NOTHING;
    }

    void finished(Event.AttemptFinished end) {
        context.finished(end);
        switch (state.getAndSet(State.OVER)) {
            case NEW -> {
                observation.start();
                stop();
            }
            case STARTED -> stop();
            case STARTING, OVER -> {}
        }
    }

    private void stop() {
        Event.AttemptFinished end = context.finished();
        try {
            if (end != null && end.failure() != null) {
                observation.error(SpanFailure.of(end.failure()));
            }
        } finally {
            observation.stop();
        }
    }
}
