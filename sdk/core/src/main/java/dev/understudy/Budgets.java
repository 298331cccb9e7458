package dev.understudy;

import dev.understudy.budget.Budget;
import dev.understudy.budget.BudgetSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.event.BudgetState;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.Events;
import dev.understudy.event.Reading;
import dev.understudy.health.Health;
import dev.understudy.health.Health.Status;
import dev.understudy.rollout.Assignment;
import dev.understudy.rollout.Rollout;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.store.RolloutStore;
import dev.understudy.time.Ticker;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The budgets of all agents that have one: they outlive configurations, and are balanced with the store every few seconds.
 * Thread-safe.
 */
final class Budgets {

    private final RolloutStore store;
    private final Ticker ticker;
    private final InstantSource wall;
    private final Events events;
    private final long process;
    private final Runnable wake;
    /** Of the configuration in force, by agent. */
    private volatile Map<String, Budget> budgets = Map.of();
    /** Those that nobody has any more, until they have written down what was spent. */
    private final Queue<Budget> leaving = new ConcurrentLinkedQueue<>();

    /**
     * Starts without any.
     *
     * @param process a number that no other process has
     * @param wake asks for a {@link #round()} at once; must not wait
     */
    Budgets(RolloutStore store, Ticker ticker, InstantSource wall, Events events, long process, Runnable wake) {
        this.store = store;
        this.ticker = ticker;
        this.wall = wall;
        this.events = events;
        this.process = process;
        this.wake = wake;
    }

    /** Returns the budget that an agent has, or a new one that is not in force. Touches nothing else. */
    @Nullable
    Budget budget(AgentSettings agent) {
        BudgetSettings settings = agent.budget();
        if (settings == null) {
            return null;
        }
        Budget known = budgets.get(agent.name());
        return known != null ? known : new Budget(agent.name(), settings, store, ticker, wall, events, process, wake);
    }

    /** Lets a configuration's budgets be in force; another limit holds at once. Neither waits nor fails. */
    void putInForce(Map<String, Budget> next, Configuration configuration) {
        budgets.forEach((agent, budget) -> {
            if (next.get(agent) != budget) {
                leaving.add(budget);
            }
        });
        budgets = Map.copyOf(next);
        configuration.agents().values().forEach(agent -> {
            Budget budget = next.get(agent.name());
            BudgetSettings settings = agent.budget();
            if (budget != null && settings != null) {
                budget.reconfigure(settings);
            }
        });
    }

    /** Says whether there is anything to look after. */
    boolean isEmpty() {
        return budgets.isEmpty() && leaving.isEmpty();
    }

    /** Balances all of them with the store, and waits for it. */
    void round() {
        for (Budget gone = leaving.poll(); gone != null; gone = leaving.poll()) {
            gone.round();
        }
        budgets.values().forEach(Budget::round);
    }

    /** What the metrics show of a budget, as the configuration has it that comes into force. */
    static List<Reading> readings(Budget budget) {
        BudgetStatus budgeted = budget.status();
        Map<String, String> tags =
                Map.of("agent", budgeted.agent(), "per", budgeted.per().tag());
        return List.of(
                new Reading(
                        Reading.BUDGET,
                        "What an agent may spend in a period, in the currency of the configured prices",
                        tags,
                        () -> budget.status().limit()),
                new Reading(
                        "model.budget.spent",
                        "What an agent has spent in the current period, by all processes that share a store",
                        tags,
                        () -> budget.status().spent()));
    }

    /** Says that the budget decides, where it does. */
    static RolloutStatus and(RolloutStatus rollout, Budget budget, Rollout assigns) {
        BudgetStatus budgeted = budget.status();
        return assigns.assign(CallOptions.DEFAULT, null) == Assignment.OVER_BUDGET
                ? rollout.overruled("The budget decides: " + budgeted.words() + "; until then '" + rollout.baseline()
                        + "' serves everybody")
                : rollout;
    }

    /**
     * Adds what a budget has to say. Calls that are refused make an agent DOWN; calls that cost more than they should are
     * answered, and yet somebody should look.
     */
    static Health and(Health health, Budget budget) {
        BudgetStatus budgeted = budget.status();
        Health told = health;
        if (budgeted.state() == BudgetState.SPENT) {
            told = switch (budgeted.policy()) {
                case ALERT -> health.and(Status.DEGRADED, "the budget is spent: " + budgeted.words());
                case BASELINE_ONLY ->
                    health.and(
                            Status.DEGRADED,
                            "the budget is spent, and everybody gets the baseline: " + budgeted.words());
                case REFUSE ->
                    health.and(Status.DOWN, "the budget is spent, and calls are refused: " + budgeted.words());
            };
        } else if (budgeted.state() == BudgetState.NEARLY_SPENT) {
            told = health.and(Status.UP, "the budget is nearly spent: " + budgeted.words());
        }
        String trouble = budget.trouble().orElse(null);
        return trouble == null ? told : told.and(Status.DEGRADED, trouble);
    }
}
