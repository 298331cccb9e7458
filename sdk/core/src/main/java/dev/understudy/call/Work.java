package dev.understudy.call;

/** Work that may go on after its call has ended. Thread-safe. */
public interface Work {

    /**
     * Runs something once, when the work is over; at once if it is over already.
     *
     * @param action what to do; must not throw
     */
    void whenOver(Runnable action);
}
