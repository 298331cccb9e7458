package dev.understudy.call;

/** A stream under way, as somebody sees it who may lose interest. Thread-safe. */
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
}
