package dev.understudy.call;

import dev.understudy.chat.ChatResponse;

/**
 * One step of a call's way: it does its part, lets the rest of the chain proceed (or not), and returns the answer or
 * throws. Stages are shared by all calls of an agent and therefore thread-safe; what belongs to one call is in the {@link
 * ChatCall}.
 */
@FunctionalInterface
public interface Stage {

    /**
     * Handles a call.
     *
     * @param call the call
     * @param next the rest of the way
     * @return the answer
     */
    ChatResponse handle(ChatCall call, Chain next);
}
