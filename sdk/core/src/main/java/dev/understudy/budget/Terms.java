package dev.understudy.budget;

import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;

/** A budget's settings as the configuration in force has them, with its thresholds in billionths. */
record Terms(BudgetSettings settings, long limit, long near) {

    static Terms of(BudgetSettings settings) {
        long limit = Money.limit(settings.limit());
        return new Terms(settings, limit, limit - limit / 5);
    }

    BudgetState state(long spent) {
        return spent >= limit ? BudgetState.SPENT : spent >= near ? BudgetState.NEARLY_SPENT : BudgetState.WITHIN;
    }

    /** Whether this is what happens now. */
    boolean inForce(BudgetPolicy policy, long spent) {
        return settings.atLimit() == policy && spent >= limit;
    }

    /** What is to be spent for a state to be reached. */
    long threshold(BudgetState state) {
        return switch (state) {
            case WITHIN -> 0;
            case NEARLY_SPENT -> near;
            case SPENT -> limit;
        };
    }

    /** How it is noted that a state was told. Another limit is another thing to tell. */
    String mark(BudgetState state) {
        return Money.text(limit) + (state == BudgetState.SPENT ? ":100" : ":80");
    }
}
