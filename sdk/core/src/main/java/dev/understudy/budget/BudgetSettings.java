package dev.understudy.budget;

import dev.understudy.error.Bounds;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import java.util.Objects;

/**
 * What an agent may spend. Immutable.
 *
 * @param limit what all its calls of a period may cost, in the currency of the configured prices; 0.000001 to 999,999,999
 * @param per how long a period is
 * @param atLimit what happens when it is spent; default: {@link BudgetPolicy#ALERT}
 */
public record BudgetSettings(double limit, BudgetPeriod per, BudgetPolicy atLimit) {

    /** The smallest limit. */
    public static final double MIN_LIMIT = 0.000_001;

    /** The largest limit. */
    public static final double MAX_LIMIT = 999_999_999;

    /** Checks the bounds. */
    public BudgetSettings {
        Bounds.check("limit", limit, MIN_LIMIT, MAX_LIMIT);
        Objects.requireNonNull(per, "per");
        Objects.requireNonNull(atLimit, "atLimit");
    }

    /**
     * A budget that alerts when it is spent.
     *
     * @param limit what all calls of a period may cost; 0.000001 to 999,999,999
     * @param per how long a period is
     * @return new settings
     */
    public static BudgetSettings of(double limit, BudgetPeriod per) {
        return new BudgetSettings(limit, per, BudgetPolicy.ALERT);
    }

    /**
     * The same budget with another consequence.
     *
     * @param value what happens when it is spent
     * @return new settings
     */
    public BudgetSettings atLimit(BudgetPolicy value) {
        return new BudgetSettings(limit, per, value);
    }
}
