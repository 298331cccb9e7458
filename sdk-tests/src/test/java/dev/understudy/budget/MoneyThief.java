package dev.understudy.budget;

/** Spends what no call has cost, so that a simulation can show that it notices. */
public final class MoneyThief {

    private MoneyThief() {}

    public static void steal(Budget budget, long nowNanos) {
        budget.spend(budget.at(nowNanos), 0.000_001);
    }
}
