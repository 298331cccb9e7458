package dev.understudy.event;

/** Where a rollout stands. */
public enum RolloutPhase {
    /** The kill switch is on, or there is no candidate: nobody gets one. The evidence is kept. */
    OFF,
    /** The candidate serves its share; with a ramp, that of the current step. */
    RUNNING,
    /** The share stays as it is, or is none: something is unclear, or a person wants it so. */
    HOLD,
    /** The candidate was taken away; the next calls of the baseline tell whether it was the candidate's fault. */
    QUARANTINED,
    /** The candidate was taken away, and only a person or a new candidate changes that. */
    ROLLED_BACK,
    /** The ramp has reached its end: everybody below the ceiling is on the candidate, which is still guarded. */
    COMPLETED
}
