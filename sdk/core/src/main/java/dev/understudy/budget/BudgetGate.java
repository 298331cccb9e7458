package dev.understudy.budget;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;
import dev.understudy.event.Event;

/**
 * Refuses calls of an agent that has spent its budget and is to refuse then. It stands below the cache, whose answers cost
 * nothing. A call that has sent something is let through: its retry, and the baseline's help, belong to what was allowed.
 */
public final class BudgetGate implements Stage {

    static final String NAME = "budget";

    private final Budget budget;

    /**
     * Refuses for a budget.
     *
     * @param budget the agent's
     */
    public BudgetGate(Budget budget) {
        this.budget = budget;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        if (call.attempts() == 0 && budget.refuses(call.startNanos())) {
            call.emit(new Event.Rejected(call.agent(), call.model(), NAME));
            throw budget.refusal(call);
        }
        return next.proceed(call);
    }
}
