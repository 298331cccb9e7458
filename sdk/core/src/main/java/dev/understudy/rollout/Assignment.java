package dev.understudy.rollout;

import dev.understudy.chat.Variant;

/**
 * Which variant serves a call, and who decided. The constants stand in the order in which they are asked.
 */
public enum Assignment {
    /** The agent has no candidate. */
    NO_CANDIDATE(Variant.BASELINE, false, "the agent has no candidate"),
    /** {@code models.use_finetuned} (or the agent's own) is false. */
    KILL_SWITCH(Variant.BASELINE, false, "the kill switch is on (use_finetuned: false)"),
    /** The candidate was rolled back, and nobody has re-armed it. */
    ROLLED_BACK(
            Variant.BASELINE, false, "the candidate was rolled back; only a reset that names it lets it start again"),
    /** The candidate was taken away just now; the baseline's next calls tell whether it was its fault. */
    QUARANTINED(
            Variant.BASELINE,
            false,
            "the candidate was taken away, and the baseline's next calls tell what becomes of it"),
    /** The rollout holds without anybody on the candidate: shared trouble, or a state that cannot be used. */
    HELD_BACK(Variant.BASELINE, false, "the rollout holds, and nobody is on the candidate"),
    /** The agent has spent its budget, and goes on with its baseline alone. */
    OVER_BUDGET(
            Variant.BASELINE,
            false,
            "the budget is spent, and everybody gets the baseline until the next period begins"),
    /** The call said {@code useFinetuned(false)}. */
    OPTED_OUT(Variant.BASELINE, false, "the call wants no fine-tuned model"),
    /** The call asked for the baseline. */
    ASKED_FOR_BASELINE(Variant.BASELINE, true, "the call asked for the baseline"),
    /** The call asked for the candidate. */
    ASKED_FOR_CANDIDATE(Variant.CANDIDATE, true, "the call asked for the candidate"),
    /** The unit's bucket is outside the share. */
    OUTSIDE_SHARE(Variant.BASELINE, false, "the unit is outside the candidate's share"),
    /** The unit's bucket is inside the share. */
    INSIDE_SHARE(Variant.CANDIDATE, false, "the unit is inside the candidate's share");

    private final Variant variant;
    private final boolean explicit;
    private final String reason;

    Assignment(Variant variant, boolean explicit, String reason) {
        this.variant = variant;
        this.explicit = explicit;
        this.reason = reason;
    }

    /**
     * Returns the variant.
     *
     * @return who serves
     */
    public Variant variant() {
        return variant;
    }

    /**
     * Says whether the call asked for its variant.
     *
     * @return whether it stays out of the statistics
     */
    public boolean explicit() {
        return explicit;
    }

    /** Says whether the rollout itself keeps everybody from the candidate, whatever a call wants. */
    boolean denied() {
        return this == ROLLED_BACK || this == QUARANTINED || this == HELD_BACK;
    }

    /**
     * Returns who decided, in words.
     *
     * @return part of a sentence
     */
    public String reason() {
        return reason;
    }
}
