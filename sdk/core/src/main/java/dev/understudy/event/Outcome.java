package dev.understudy.event;

import java.util.Locale;

/** How a logical call ended; every call has exactly one. */
public enum Outcome {
    /** The assigned model's answer, fresh or cached. */
    SUCCESS,
    /** An answer, but the understudy's. */
    DEGRADED,
    /** An exception. */
    ERROR,
    /** The caller went away, or the registry was closed. */
    CANCELLED;

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
