package dev.understudy.chat;

import java.util.Locale;

/** Who speaks in a message. */
public enum Role {
    /** Instructions of the application. */
    SYSTEM,
    /** The person, or whoever asks. */
    USER,
    /** The model, in an earlier turn. */
    ASSISTANT,
    /** The result of a tool that the model called. */
    TOOL;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the role as the chat-completions format spells it.
     *
     * @return the lower-case name
     */
    public String wireName() {
        return wireName;
    }
}
