package dev.understudy.chat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a model. Whatever is not set here is set by the deployment, or left to the provider. Immutable;
 * {@code toString} never shows a prompt.
 *
 * @param messages the conversation; at least one message
 * @param parameters how to answer
 * @param tools functions that the model may call
 * @param toolChoice whether it must, or null to leave it to the provider
 * @param responseFormat the shape of the answer as a {@link JsonTree}, such as {@code {"type": "json_object"}}; empty for
 *     plain text
 */
public record ChatRequest(
        List<Message> messages,
        Parameters parameters,
        List<Tool> tools,
        @Nullable ToolChoice toolChoice,
        Map<String, @Nullable Object> responseFormat) {

    /** Checks and copies. */
    public ChatRequest {
        messages = List.copyOf(messages);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("A request needs at least one message");
        }
        Objects.requireNonNull(parameters, "parameters");
        tools = List.copyOf(tools);
        responseFormat = responseFormat.isEmpty() ? Map.of() : JsonTree.copyOf(responseFormat);
    }

    /**
     * A request that is nothing but its messages.
     *
     * @param messages the conversation; at least one message
     * @return a new request
     */
    public static ChatRequest of(List<Message> messages) {
        return new ChatRequest(messages, Parameters.UNSET, List.of(), null, Map.of());
    }

    /**
     * Starts a request.
     *
     * @param messages the conversation; at least one message
     * @return a new builder
     */
    public static Builder builder(List<Message> messages) {
        return new Builder(messages);
    }

    @Override
    public String toString() {
        return "ChatRequest[" + messages.size() + " messages, " + tools.size() + " tools]";
    }

    /** Collects a request. Not thread-safe. */
    public static final class Builder {
        private final List<Message> messages;
        private Parameters parameters = Parameters.UNSET;
        private List<Tool> tools = List.of();
        private @Nullable ToolChoice toolChoice;
        private Map<String, @Nullable Object> responseFormat = Map.of();

        private Builder(List<Message> messages) {
            this.messages = messages;
        }

        /**
         * How to answer.
         *
         * @param value temperature, token limit and the like; default: unset
         * @return this
         */
        public Builder parameters(Parameters value) {
            parameters = value;
            return this;
        }

        /**
         * Functions that the model may call.
         *
         * @param value the functions; default: none
         * @return this
         */
        public Builder tools(List<Tool> value) {
            tools = value;
            return this;
        }

        /**
         * Whether the model must call a tool.
         *
         * @param value the choice; default: left to the provider
         * @return this
         */
        public Builder toolChoice(ToolChoice value) {
            toolChoice = value;
            return this;
        }

        /**
         * The shape of the answer.
         *
         * @param value a {@link JsonTree} such as {@code {"type": "json_object"}}; default: plain text
         * @return this
         */
        public Builder responseFormat(Map<String, @Nullable Object> value) {
            responseFormat = value;
            return this;
        }

        /**
         * Makes the request.
         *
         * @return a new request
         */
        public ChatRequest build() {
            return new ChatRequest(messages, parameters, tools, toolChoice, responseFormat);
        }
    }
}
