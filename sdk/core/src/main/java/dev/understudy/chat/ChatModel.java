package dev.understudy.chat;

import dev.understudy.time.Deadline;

/**
 * The port to a model: whatever can answer a request. A provider client implements it, and a lambda will do:
 *
 * <pre>{@code ChatModel echo = (request, deadline) -> ChatResponse.of("You said " + request.messages().size() + " things");}</pre>
 *
 * <p>Implementations are thread-safe and do not retry: retries have one owner, the pipeline. They may throw a {@link
 * dev.understudy.error.ChatException} of the fitting kind; any other exception is taken for {@link
 * dev.understudy.error.FailureKind#OTHER}.
 */
@FunctionalInterface
public interface ChatModel {

    /**
     * Answers a request.
     *
     * @param request what is asked
     * @param deadline when the answer is no longer wanted
     * @return the answer; its provenance is filled in by the pipeline
     */
    ChatResponse chat(ChatRequest request, Deadline deadline);

    /**
     * Answers a request piece by piece. The pieces together are the text of the answer that is returned.
     *
     * @param request what is asked
     * @param deadline when the answer is no longer wanted; while the model speaks it moves, so it is looked at again and again
     * @param sink takes the text as it comes
     * @return the whole answer; by default that of {@link #chat}, handed over as one piece
     */
    default ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
        ChatResponse whole = chat(request, deadline);
        if (!whole.text().isEmpty()) {
            sink.text(whole.text());
        }
        return whole;
    }

    /**
     * Says whether {@link #stream} hands text over while the model speaks. Limits on the first token and on silence hold only
     * for such a model: of another, nothing is heard before the end.
     *
     * @return whether it does; default: false
     */
    default boolean streams() {
        return false;
    }

    /**
     * Says whether {@link #chat} and {@link #stream} return or throw soon after their deadline has passed, was cancelled, or
     * the thread was interrupted. Such a model is called on the caller's thread. One that makes no such promise is called on a worker,
     * which costs a hand-over of threads, and its permit is given back only when its work is really over.
     *
     * @return whether the promise is made; default: false
     */
    default boolean honoursDeadline() {
        return false;
    }

    /**
     * Wraps a model that answers at once, or minds its deadline itself.
     *
     * @param model the model that makes the promise of {@link #honoursDeadline()}
     * @return the same model with the promise made
     */
    static ChatModel honouringDeadline(ChatModel model) {
        return new ChatModel() {
            @Override
            public ChatResponse chat(ChatRequest request, Deadline deadline) {
                return model.chat(request, deadline);
            }

            @Override
            public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
                return model.stream(request, deadline, sink);
            }

            @Override
            public boolean streams() {
                return model.streams();
            }

            @Override
            public boolean honoursDeadline() {
                return true;
            }
        };
    }
}
