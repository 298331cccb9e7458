package dev.understudy.event;

/** Follows one call. Its methods are called one after the other, save those of an {@link Attempt}. */
public interface CallObservation {

    /** The calling thread runs the call from now on, to its end. Not called where nothing could run it. */
    void enter();

    /**
     * A model is about to be asked. If it is, {@link Event.AttemptFinished} follows; if nothing comes of it, nothing does.
     *
     * @param model the model's name in the configuration
     * @return what follows this attempt
     */
    Attempt attempt(String model);

    /**
     * The call goes on at another model besides, on another thread: what happens there comes to what this returns, one after the
     * other, and perhaps after the end of the call.
     *
     * @return what follows that part, which neither {@link #enter() enters} nor ends anything
     */
    CallObservation branch();

    /**
     * Hears every event of this call, on the thread that runs it. The last is {@link Event.CallFinished}, which ends what
     * {@link #enter()} began.
     *
     * @param event what happened
     */
    void on(Event event);

    /** Follows one attempt. */
    interface Attempt {

        /**
         * The request is sent now, by the calling thread: the call's own, or a worker that minds no deadline. A worker may
         * still be at it when {@link Event.AttemptFinished} and the end of the call were heard, or come here only then.
         *
         * @return to be closed by the same thread when the model has answered or failed
         */
        Work enter();
    }

    /** A thread at work for an attempt. */
    @FunctionalInterface
    interface Work extends AutoCloseable {

        /** The thread has done its work. */
        @Override
        void close();
    }
}
