package dev.understudy.rollout;

/** What decides in a simulated rollout. Calls come one after the other. */
interface Subject {

    /** Who answers a call. */
    interface Upstream {

        /**
         * Answers.
         *
         * @param candidate what was assigned
         * @return the latency in milliseconds; negative if it failed
         */
        double answer(boolean candidate);
    }

    /**
     * Assigns a call, lets it be answered, and sees what came of it.
     *
     * @param user whose {@link Users#unit unit} it is
     * @param upstream who answers
     */
    void call(int user, Upstream upstream);

    /** Whether the candidate is away, for now or for good. */
    boolean stopped();

    /** Whether it is away for good. */
    boolean rolledBack();

    /** Whether the ramp holds for a suspicion, or more than that happened. */
    boolean suspects();

    /** Whether all users are on the candidate. */
    default boolean everybody() {
        return false;
    }
}
