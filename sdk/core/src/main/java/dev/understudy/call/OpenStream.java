package dev.understudy.call;

import dev.understudy.chat.Provenance;

/** A stream under way, as somebody sees it who may lose interest. Thread-safe, save for {@link #provenance()}. */
public interface OpenStream extends AutoCloseable {

    /** Ends the call, which fails as cancelled, and its connection. Idempotent; after the end it does nothing. */
    @Override
    void close();

    /**
     * Returns what is left of its time.
     *
     * @return nanoseconds until the call's deadline; zero or less once that has passed, or somebody ended the call
     */
    long remainingNanos();

    /**
     * Returns where the answer comes from, as far as it is known by now: for the listener, while it hears something. An answer
     * that begins anew may come from elsewhere.
     *
     * @return who speaks, what was assigned, attempts and time so far; nothing of the cost, which is known at the end
     */
    Provenance provenance();
}
