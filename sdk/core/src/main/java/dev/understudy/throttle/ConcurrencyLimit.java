package dev.understudy.throttle;

import java.util.Optional;
import java.util.ServiceLoader;

/**
 * How many attempts a model takes at once, learnt from how it answers: the port to an algorithm, which core does without. One
 * instance belongs to one model of one agent. {@code understudy-adaptive} implements it. Thread-safe, never blocks and never
 * throws.
 *
 * <p>Of the three outcomes that an attempt has here, two are told: an answer, and a drop, which is a 429, a time-out, or an
 * upstream that says that it has too much to do. Everything else (a caller who cancelled or asked something wrong, a guard
 * of ours, an error that says nothing about load) is not.
 */
public interface ConcurrencyLimit {

    /**
     * Returns what has been learnt so far.
     *
     * @return attempts at once, within the bounds of its settings
     */
    int limit();

    /**
     * Learns of an answer.
     *
     * @param startNanos when the attempt began, by the registry's clock
     * @param latencyNanos how long it took, through the last byte; at least 0
     * @param inFlight attempts on the wire when it began, itself included
     */
    void answered(long startNanos, long latencyNanos, int inFlight);

    /**
     * Learns that the model did not keep up.
     *
     * @param startNanos when the attempt began, by the registry's clock
     * @param latencyNanos how long it took until that was known; at least 0
     * @param inFlight attempts on the wire when it began, itself included
     */
    void dropped(long startNanos, long latencyNanos, int inFlight);

    /** Makes limits; registered as a service. */
    interface Factory {

        /** What to add where there is none. */
        String MISSING = "an adaptive max_concurrent needs the module that learns it; add the dependency"
                + " dev.understudy:understudy-adaptive, or write a number";

        /**
         * Starts to learn.
         *
         * @param settings the bounds, and where to start
         * @return a new limit
         */
        ConcurrencyLimit start(AdaptiveSettings settings);

        /**
         * Finds the algorithm that is on the class path.
         *
         * @return the first one, or empty where there is none
         */
        static Optional<Factory> installed() {
            return ServiceLoader.load(Factory.class, ConcurrencyLimit.class.getClassLoader())
                    .findFirst();
        }
    }
}
