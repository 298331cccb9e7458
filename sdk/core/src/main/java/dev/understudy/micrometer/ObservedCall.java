package dev.understudy.micrometer;

import dev.understudy.event.CallObservation;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** The observation of one call, and the one of its latest attempt. */
final class ObservedCall implements CallObservation {

    private final ObservationListener listener;
    private final Observation observation;
    private final CallObservationContext context;
    private final @Nullable Observation caller;

    private @Nullable Place place;
    private @Nullable ObservedAttempt attempt;
    private Event.@Nullable AttemptFinished latest;

    /** What {@code caller} is counts only where this call is not observed itself, but its attempts are. */
    ObservedCall(
            ObservationListener listener,
            Observation observation,
            CallObservationContext context,
            @Nullable Observation caller) {
        this.listener = listener;
        this.observation = observation;
        this.context = context;
        this.caller = caller;
    }

    @Override
    public void enter() {
        place = Place.take(listener.registry(), observation);
    }

    @Override
    public CallObservation branch() {
        return new ObservedCall(listener, observation, context, caller);
    }

    @Override
    public Attempt attempt(String model) {
        attempt = null;
        Event.AttemptFinished before = latest;
        if (before != null && before.failure() != null && before.model().equals(model)) {
            tell("understudy.retry", "retry: " + before.failure().tag());
        }
        attempt = listener.attempt(context.agent(), model, observation.isNoop() ? caller : observation);
        return attempt;
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptFinished end) {
            finished(end);
        } else if (event instanceof Event.FellBack fellBack) {
            tell("understudy.fallback", "fallback: " + fellBack.reason().tag());
        } else if (event instanceof Event.Hedged hedged) {
            tell("understudy.hedge", "hedge: " + hedged.result().tag());
        } else if (event instanceof Event.FirstToken) {
            tell("understudy.first_token", "first token");
        } else if (event instanceof Event.Rejected rejected) {
            tell("understudy.refused", "refused: " + rejected.guard());
        } else if (event instanceof Event.CallFinished end) {
            finished(end);
        }
    }

    private void tell(String name, String inWords) {
        observation.event(Observation.Event.of(name, inWords));
    }

    private void finished(Event.AttemptFinished end) {
        latest = end;
        ObservedAttempt over = attempt;
        attempt = null;
        if (over != null) {
            over.finished(end);
        }
    }

    private void finished(Event.CallFinished end) {
        context.finished(end);
        try {
            if (end.failure() != null && end.outcome() != Outcome.DEGRADED) {
                observation.error(SpanFailure.of(end.failure()));
            }
        } finally {
            try {
                if (place != null) {
                    place.leave();
                }
            } finally {
                observation.stop();
            }
        }
    }
}
