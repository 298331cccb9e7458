package dev.understudy;

import dev.understudy.call.CallOptions;
import dev.understudy.call.FallbackReason;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.time.Waiting;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Publishes one answer to each subscriber: a call of its own, which begins when something is requested. Thread-safe. */
final class AnswerPublisher<T> implements Flow.Publisher<T> {

    /**
     * What becomes an element.
     *
     * @param text makes one of a piece of text
     * @param restart makes one of a restart, or null where nothing may begin anew
     * @param answer makes one of the whole answer, or null where that is not published
     */
    record Elements<T>(
            Function<String, T> text,
            @Nullable Function<FallbackReason, T> restart,
            @Nullable Function<ChatResponse, T> answer) {}

    private final ModelRegistry registry;
    private final Waiting waiting;
    private final String agent;
    private final ChatRequest request;
    private final CallOptions options;
    private final Elements<T> elements;

    private AnswerPublisher(
            ModelRegistry registry,
            Waiting waiting,
            String agent,
            ChatRequest request,
            CallOptions options,
            Elements<T> elements) {
        this.registry = registry;
        this.waiting = waiting;
        this.agent = Objects.requireNonNull(agent, "agent");
        this.request = Objects.requireNonNull(request, "request");
        this.options = Objects.requireNonNull(options, "options");
        this.elements = elements;
    }

    static Flow.Publisher<String> ofText(
            ModelRegistry registry, Waiting waiting, String agent, ChatRequest request, CallOptions options) {
        return new AnswerPublisher<>(
                registry, waiting, agent, request, options, new Elements<>(text -> text, null, null));
    }

    static Flow.Publisher<StreamPart> ofParts(
            ModelRegistry registry, Waiting waiting, String agent, ChatRequest request, CallOptions options) {
        return new AnswerPublisher<>(
                registry,
                waiting,
                agent,
                request,
                options,
                new Elements<>(StreamPart.Text::new, StreamPart.Restart::new, StreamPart.Answer::new));
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        AnswerSubscription<T> subscription = new AnswerSubscription<>(
                subscriber, elements, waiting, listener -> registry.streamAsync(agent, request, options, listener));
        subscriber.onSubscribe(subscription);
        try {
            registry.pipeline(agent);
        } catch (ChatException unknown) {
            subscription.fail(unknown);
        }
        subscription.open();
    }
}
