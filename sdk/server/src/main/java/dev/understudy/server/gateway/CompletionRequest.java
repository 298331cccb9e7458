package dev.understudy.server.gateway;

import dev.understudy.chat.ChatRequest;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a request for a chat completion asks.
 *
 * @param agent the agent, which the format calls the model
 * @param chat what is asked of it
 * @param stream whether the answer is to flow
 * @param includeUsage whether a stream ends with the tokens used
 * @param user who asks, or null
 */
record CompletionRequest(
        String agent,
        ChatRequest chat,
        boolean stream,
        boolean includeUsage,
        @Nullable String user) {

    @Override
    public String toString() {
        return "CompletionRequest[" + Fields.shown(agent) + ", " + chat + ", stream=" + stream + "]";
    }
}
