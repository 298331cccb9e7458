package dev.understudy.event;

/** How much of a budget is spent. */
public enum BudgetState {
    /** Less than four fifths. */
    WITHIN,
    /** Four fifths or more, but not all. */
    NEARLY_SPENT,
    /** All of it, or more: what was configured for this case is in force. */
    SPENT
}
