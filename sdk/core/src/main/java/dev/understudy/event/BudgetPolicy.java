package dev.understudy.event;

import java.util.Locale;

/** What becomes of an agent's calls when its budget is spent, until the next period begins. */
public enum BudgetPolicy {
    /** They go on; an event, the log, the metrics and the agent's health say that it costs more than it should. */
    ALERT,
    /** They all get the baseline: nobody is assigned to the candidate, whatever a call asks for. */
    BASELINE_ONLY,
    /** They are refused, save those that the cache answers. */
    REFUSE;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in the configuration.
     *
     * @return the lower-case name
     */
    public String tag() {
        return tag;
    }
}
