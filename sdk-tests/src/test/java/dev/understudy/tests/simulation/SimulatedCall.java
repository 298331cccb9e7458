package dev.understudy.tests.simulation;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.event.Event;
import java.util.ArrayList;
import java.util.List;

/** One call as its caller, the models and the listeners saw it. Times are those of the world, -1 for never. */
final class SimulatedCall {

    final int id;
    final String agent;
    /** The content, so that equal requests are known to be equal. */
    final String question;

    final ChatRequest request;
    final CallOptions options;
    final boolean async;
    final boolean stream;
    /** Of a stream: whether its listener lets an answer begin anew. */
    final boolean consents;

    final List<Attempt> attempts = new ArrayList<>();
    final List<Event> events = new ArrayList<>();

    /** Which configuration was in force when it began. */
    int snapshot;

    Configuration configuration;
    long beganAt = -1;
    long beganMoment;
    long deadlineAt;
    /** Whose thread runs the call. */
    Carrier runner;

    long interruptedAt = -1;
    long cancelledAt = -1;

    Event.CallFinished finished;
    long finishedAt = -1;

    ChatResponse response;
    Throwable thrown;
    long endedAt = -1;

    /** What its listener holds for the answer, as far as it has come. */
    final StringBuilder said = new StringBuilder();
    /** Whether it has ever heard anything. */
    boolean spoken;
    /** Whether it did not consent to a restart. */
    boolean refused;

    int restarts;

    SimulatedCall(
            int id,
            String agent,
            String question,
            ChatRequest request,
            CallOptions options,
            boolean async,
            boolean stream,
            boolean consents) {
        this.id = id;
        this.agent = agent;
        this.question = question;
        this.request = request;
        this.options = options;
        this.async = async;
        this.stream = stream;
        this.consents = consents;
    }

    AgentSettings settings() {
        return configuration.agents().get(agent);
    }

    boolean mayFallBack() {
        Boolean wish = options.useFallback();
        return wish != null ? wish : configuration.useFallback(settings());
    }

    Variant variantOf(String model) {
        return model.equals(settings().candidate()) ? Variant.CANDIDATE : Variant.BASELINE;
    }

    /** Whether a hedge has been sent for it, or may be by and by. */
    boolean mayBeHedged() {
        return settings().hedge() != null && settings().candidate() != null && mayFallBack();
    }

    /** Whether somebody wanted it to end. */
    boolean unwanted() {
        return interruptedAt >= 0 || cancelledAt >= 0;
    }

    List<Attempt> attemptsAt(String model) {
        return attempts.stream().filter(attempt -> attempt.model.equals(model)).toList();
    }

    <E extends Event> List<E> heard(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public String toString() {
        return "call " + id + " of " + agent;
    }
}
