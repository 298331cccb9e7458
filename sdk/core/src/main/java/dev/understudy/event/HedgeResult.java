package dev.understudy.event;

import java.util.Locale;

/** What became of asking the baseline besides a candidate that was late. */
public enum HedgeResult {
    /** The baseline was first, and its answer is the call's. */
    WON,
    /** The candidate was first after all; the baseline was given up. */
    LOST,
    /** The baseline failed. What then became of the call is another question. */
    FAILED,
    /** Nobody had succeeded when the call ended. */
    UNDECIDED,
    /** The baseline was not asked: the budget did not allow it, or the baseline had no room for more. */
    SKIPPED;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in metrics.
     *
     * @return the tag value
     */
    public String tag() {
        return tag;
    }
}
