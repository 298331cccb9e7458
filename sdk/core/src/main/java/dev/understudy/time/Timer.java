package dev.understudy.time;

/** Lets something begin at an instant of the registry's clock, without a thread that waits for each. Thread-safe. */
public interface Timer {

    /**
     * Plans something. Whoever plans may call it off, and so do most.
     *
     * @param atNanos when: a reading of the registry's clock; one that has passed means soon
     * @param action what; it is run once, on a thread of the timer, so that it must neither block nor throw
     * @return the plan
     */
    Plan at(long atNanos, Runnable action);

    /** Something planned. */
    @FunctionalInterface
    interface Plan {

        /** Calls it off, unless it has begun. Idempotent, and never waits. */
        void callOff();
    }
}
