package dev.understudy.chat;

import org.jspecify.annotations.Nullable;

/** Hears what a provider says with its answers, good or bad, about its rate limits for one model. Thread-safe, and quick. */
@FunctionalInterface
public interface QuotaListener {

    /** Nobody listens. */
    QuotaListener NONE = (requests, tokens, ageNanos) -> {};

    /**
     * Hears what is left.
     *
     * @param requests of the requests, or null where that was not said
     * @param tokens of the tokens, or null where that was not said
     * @param ageNanos how long ago the request was sent that was answered: answers overtake each other
     */
    void told(@Nullable Quota requests, @Nullable Quota tokens, long ageNanos);
}
