package dev.understudy.budget;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;

/** Counts what each call cost, however it ends: its attempts on both models, the failed ones that reported usage too. */
public final class BudgetStage implements Stage {

    private final Budget budget;

    /**
     * Counts for a budget.
     *
     * @param budget the agent's
     */
    public BudgetStage(Budget budget) {
        this.budget = budget;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        Spending period = budget.at(call.startNanos());
        call.tellLater(more -> budget.spend(period, more));
        try {
            return next.proceed(call);
        } finally {
            double cost = call.cost();
            if (cost > 0) {
                budget.spend(period, cost);
            }
        }
    }
}
