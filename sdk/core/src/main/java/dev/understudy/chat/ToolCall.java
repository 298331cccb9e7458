package dev.understudy.chat;

import java.util.Objects;

/**
 * A tool that the model wants called.
 *
 * @param id the provider's id of this call, to be quoted in {@link Message#tool(String, String)}
 * @param name the tool's name
 * @param arguments the arguments as the model wrote them: JSON text, which may be malformed
 */
public record ToolCall(String id, String name, String arguments) {
    /** Checks that nothing is missing. */
    public ToolCall {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(arguments, "arguments");
    }

    @Override
    public String toString() {
        return "ToolCall[name=" + name + ", " + arguments.length() + " characters]";
    }
}
