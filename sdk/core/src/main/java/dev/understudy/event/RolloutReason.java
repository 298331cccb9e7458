package dev.understudy.event;

/** Why a rollout stands where it stands. */
public enum RolloutReason {
    /** There was no rollout of this candidate before. */
    STARTED("a new candidate"),
    /** The step has lasted long enough, with enough calls and no evidence against the candidate. */
    PASSED("the step has passed"),
    /** The evidence against the candidate suffices. */
    GUARD("the guard has evidence against the candidate"),
    /** There is some evidence against the candidate, too little for a rollback. */
    SUSPECT("there is some evidence against the candidate"),
    /** The baseline had the same trouble: that is no fault of the candidate. */
    SHARED_DEGRADATION("the baseline degrades as well"),
    /** The baseline has recovered. */
    RECOVERED("the baseline has recovered"),
    /** The units are not split as intended, or reached an arm that was closed. */
    SRM("the observed split is not the intended one"),
    /** No call of the candidate ended for too long. */
    NO_DATA("no call of the candidate was seen"),
    /** The candidate's calls are seen again. */
    DATA_AGAIN("calls of the candidate are seen again"),
    /** The step has lasted longer than it may. */
    INCONCLUSIVE("the step lasts too long without a verdict"),
    /** A person changed the share. */
    MANUAL("a person set the share"),
    /** A person holds the ramp. */
    HELD("a person holds the ramp"),
    /** A person lets the ramp go on. */
    RESUMED("a person lets the ramp go on"),
    /** A person re-armed a rollout. */
    RESET("a person re-armed the rollout"),
    /** The kill switch was turned on. */
    KILL_SWITCH("the kill switch is on"),
    /** The kill switch was turned off again. */
    SWITCHED_ON("the kill switch is off again"),
    /** There is nothing to roll out. */
    NO_CANDIDATE("the agent has no candidate"),
    /** What is stored cannot be read: nobody gets the candidate until that is mended. */
    STATE_REFUSED("the stored state cannot be used");

    private final String words;

    RolloutReason(String words) {
        this.words = words;
    }

    /**
     * Returns the reason in words.
     *
     * @return part of a sentence
     */
    public String words() {
        return words;
    }
}
