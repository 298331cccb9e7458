package dev.understudy.chat;

/**
 * Takes an answer piece by piece while the model speaks: what a {@link ChatModel} that streams is given besides the request.
 * Used by one thread at a time.
 *
 * <p>Both methods throw when nobody wants more: the caller cancelled, a listener failed. The model then lets go of its
 * connection first, and passes the exception on.
 */
@FunctionalInterface
public interface Sink {

    /**
     * Takes the next piece of the answer's text. It may take its time: whoever reads, reads when this returns.
     *
     * @param piece the piece; an empty one says nothing, and breaks no silence
     */
    void text(String piece);

    /** Hears that the model is at work on something that is no text: a tool call, or its reasoning. That is no silence. */
    default void progress() {}
}
