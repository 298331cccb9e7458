package dev.understudy.event;

import org.jspecify.annotations.Nullable;

/** Where the stages of one call report: to everybody, and to who follows this call. Never throws. */
public interface CallEvents {

    /**
     * Tells what happened.
     *
     * @param event what happened
     */
    void emit(Event event);

    /** Says that the calling thread runs the call from now on. */
    void enter();

    /**
     * Says that a model is about to be asked.
     *
     * @param model the model's name in the configuration
     * @return what follows the attempt, or null where nobody does
     */
    CallObservation.@Nullable Attempt attempt(String model);

    /**
     * Says that the call goes on on another thread besides, at another model.
     *
     * @return where that part of the call reports; it may do so after the call has ended
     */
    CallEvents branch();
}
