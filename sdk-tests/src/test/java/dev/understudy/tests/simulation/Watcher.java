package dev.understudy.tests.simulation;

import dev.understudy.chat.ChatRequest;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.util.Optional;

/** Sees everything at the moment at which it happens, and says when a rule does not hold. */
interface Watcher {

    /** What it hangs on the registry itself. */
    default Optional<Listener> listener() {
        return Optional.empty();
    }

    /** A request has come to a model. */
    default void sent(Attempt attempt) {}

    /** A model is done with a request. */
    default void over(Attempt attempt) {}

    /** The SDK has opened a client. */
    default void opened(SimulatedProvider.Client client) {}

    /** A request goes to a model of a client, or comes back. */
    default void passes(SimulatedProvider.Client client, ChatRequest request) {}

    /** The SDK reported something. The call is null where it was nobody's. */
    default void heard(SimulatedCall call, Event event) {}

    /** The SDK reported the end of an attempt. */
    default void reported(Attempt attempt, Event.AttemptFinished event) {}

    /** A caller has what it gets. */
    default void ended(SimulatedCall call) {}

    /** Another configuration is about to come into force. */
    default void installing() {}

    /** It is in force. */
    default void installed() {}

    /** No call is in flight. */
    default void atRest() {}
}
