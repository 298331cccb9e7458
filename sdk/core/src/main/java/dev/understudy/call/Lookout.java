package dev.understudy.call;

/** Looks at calls while they are under way, so that a slow one is known before it ends. Thread-safe. */
@FunctionalInterface
public interface Lookout {

    /**
     * Stops looking at a call, for what happens to it is another call's doing, or looks at it again.
     *
     * @param place where the call is
     * @param away whether to look away
     */
    void lookAway(int place, boolean away);
}
