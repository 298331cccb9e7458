package dev.understudy.chat;

import java.util.Locale;

/** An agent's two arms. */
public enum Variant {
    /** The proven model. */
    BASELINE,
    /** The new model that is being rolled out. */
    CANDIDATE;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in metrics.
     *
     * @return the lower-case name
     */
    public String tag() {
        return tag;
    }
}
