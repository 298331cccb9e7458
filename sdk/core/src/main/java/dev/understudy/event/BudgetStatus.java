package dev.understudy.event;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * How an agent's budget stands. Amounts are in the currency of the configured prices. Immutable.
 *
 * @param agent the agent
 * @param limit what may be spent in a period; more than zero
 * @param spent what was spent in the current one, by all processes that share a store, as far as is known here; more than
 *     the limit where calls were under way, or go on
 * @param per how long a period is
 * @param from when the current period began
 * @param until when the next one begins, and with it a new budget
 * @param policy what happens when it is spent
 * @param state how much is spent
 */
public record BudgetStatus(
        String agent,
        double limit,
        double spent,
        BudgetPeriod per,
        Instant from,
        Instant until,
        BudgetPolicy policy,
        BudgetState state) {

    /** Checks that nothing is missing. */
    public BudgetStatus {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(per, "per");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(until, "until");
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(state, "state");
    }

    /**
     * Returns how much of the limit is spent.
     *
     * @return 0 for nothing, 1 for all of it; larger where more was spent
     */
    public double used() {
        return spent / limit;
    }

    /**
     * Says in words how it stands.
     *
     * @return part of a sentence: "20.03 of 20 per day are spent, and the next day begins at 2026-11-22T00:00:00Z"
     */
    public String words() {
        return amount(spent) + " of " + amount(limit) + " per " + per.tag() + " are spent, and the next " + per.tag()
                + " begins at " + until.truncatedTo(ChronoUnit.SECONDS);
    }

    /** As exact as anybody wants to know: two decimals, or three digits of what is smaller. */
    private static String amount(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        int decimals = Math.max(2, 3 + exact.scale() - exact.precision());
        BigDecimal told = exact.setScale(Math.min(decimals, 9), RoundingMode.HALF_UP);
        return told.signum() == 0 ? "0" : told.stripTrailingZeros().toPlainString();
    }

    @Override
    public String toString() {
        return "BudgetStatus[" + agent + ", " + words() + ", then " + policy.tag() + "]";
    }
}
