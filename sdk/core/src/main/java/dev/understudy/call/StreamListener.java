package dev.understudy.call;

/**
 * Hears an answer while it is being given; a lambda that takes text will do. All methods are called on the thread that runs
 * the call, one after the other, and may take their time: the model is not read on meanwhile, its limits on silence stand
 * still, and the call's time-out does not. Whatever a listener throws ends the call and its connection.
 */
@FunctionalInterface
public interface StreamListener {

    /**
     * Hears the next piece of the answer.
     *
     * @param text the piece as it came: some characters, or the whole answer where it was not streamed
     */
    void onText(String text);

    /**
     * Is asked whether the answer may begin anew, after text was heard and the model failed. With consent, all that was heard
     * so far is void, and a whole new answer follows; without, the call fails with what was heard as {@link
     * dev.understudy.error.ChatException#partialText()}.
     *
     * @param reason what happened, and who would be asked now
     * @return whether the listener starts over; default: false
     */
    default boolean onRestart(FallbackReason reason) {
        return false;
    }

    /**
     * Hears of the stream before anything is asked, to be able to end it.
     *
     * @param stream the stream; closing it ends call and connection, from any thread
     */
    default void onStart(OpenStream stream) {}
}
