package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation. Immutable; {@code toString} never shows its content.
 *
 * @param role who speaks
 * @param parts the content in order; empty only where an assistant calls tools
 * @param toolCalls the tools that an assistant message calls; else empty
 * @param toolCallId which call a tool message answers; else null
 */
public record Message(
        Role role,
        List<Part> parts,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId) {

    /** Checks that role and content belong together. */
    public Message {
        Objects.requireNonNull(role, "role");
        parts = List.copyOf(parts);
        toolCalls = List.copyOf(toolCalls);
        if (parts.isEmpty() && toolCalls.isEmpty()) {
            throw new IllegalArgumentException("A message needs content or tool calls");
        }
        if (!toolCalls.isEmpty() && role != Role.ASSISTANT) {
            throw new IllegalArgumentException("Only an assistant message calls tools, not one of " + role);
        }
        if ((toolCallId != null) != (role == Role.TOOL)) {
            throw new IllegalArgumentException("A tool message, and only that, names the tool call that it answers");
        }
    }

    /**
     * Instructions of the application.
     *
     * @param text what to do
     * @return a new message
     */
    public static Message system(String text) {
        return of(Role.SYSTEM, text);
    }

    /**
     * What the user says.
     *
     * @param text the text
     * @return a new message
     */
    public static Message user(String text) {
        return of(Role.USER, text);
    }

    /**
     * What the user says and shows.
     *
     * @param parts text and images in order; at least one
     * @return a new message
     */
    public static Message user(List<Part> parts) {
        return new Message(Role.USER, parts, List.of(), null);
    }

    /**
     * What the model said earlier.
     *
     * @param text the text
     * @return a new message
     */
    public static Message assistant(String text) {
        return of(Role.ASSISTANT, text);
    }

    /**
     * Which tools the model called earlier.
     *
     * @param text what it said with it; may be empty
     * @param toolCalls at least one call
     * @return a new message
     */
    public static Message assistant(String text, List<ToolCall> toolCalls) {
        List<Part> parts = text.isEmpty() ? List.of() : List.of(new Part.Text(text));
        return new Message(Role.ASSISTANT, parts, toolCalls, null);
    }

    /**
     * What a tool returned.
     *
     * @param toolCallId the {@link ToolCall#id()} that it answers
     * @param text the result
     * @return a new message
     */
    public static Message tool(String toolCallId, String text) {
        Objects.requireNonNull(toolCallId, "toolCallId");
        return new Message(Role.TOOL, List.of(new Part.Text(text)), List.of(), toolCallId);
    }

    private static Message of(Role role, String text) {
        return new Message(role, List.of(new Part.Text(text)), List.of(), null);
    }

    /**
     * Returns the text of all text parts, one after the other.
     *
     * @return the text, possibly empty
     */
    public String text() {
        if (parts.size() == 1 && parts.get(0) instanceof Part.Text only) {
            return only.text();
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text piece) {
                text.append(piece.text());
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "Message[" + role.wireName() + ", " + parts.size() + " parts, " + toolCalls.size() + " tool calls]";
    }
}
