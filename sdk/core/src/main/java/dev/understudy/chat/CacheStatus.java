package dev.understudy.chat;

import java.util.Locale;

/** What the cache had to do with an answer. */
public enum CacheStatus {
    /** The agent does not cache, or the call never came to the cache. */
    OFF,
    /** Nothing stored: the model was asked. */
    MISS,
    /** Answered from memory. */
    HIT,
    /** Answered by the flight of an identical call. */
    SHARED,
    /** Answered by an expired entry, because candidate and baseline were both down. */
    STALE;

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
