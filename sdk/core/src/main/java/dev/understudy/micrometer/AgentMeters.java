package dev.understudy.micrometer;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.BudgetState;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The meters of one agent. */
final class AgentMeters {

    private static final CacheStatus[] RESULTS = CacheStatus.values();
    private static final FailureKind[] FAILURES = FailureKind.values();
    private static final HedgeResult[] HEDGES = HedgeResult.values();

    /** Our guards are fewer. A foreign model may throw our refusals with names of its own, and names are series. */
    private static final int MAX_GUARDS = 32;

    private static final String OTHER_GUARDS = "other";

    private static final int NEARLY_SPENT = 0;
    private static final int SPENT = 1;
    private static final String[] PERCENT = {"80", "100"};

    private final String agent;
    private final Meters meters;
    private final ArmMeters baseline;
    private final ArmMeters candidate;
    private final Row<Counter> fallbacks;
    private final Row<Counter> hedges;
    private final Row<Counter> cache;
    private final ConcurrentHashMap<String, Counter> rejected = new ConcurrentHashMap<>();
    /** By candidate, whose names are the configuration's. */
    private final ConcurrentHashMap<String, Counter> rollbacks = new ConcurrentHashMap<>();

    private final Row<Counter> budget;
    private final ConcurrentHashMap<String, SpendingMeters> spending = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, AttemptMeters> attempts;

    /** The attempts on a model are counted for all agents together. */
    AgentMeters(String agent, Meters meters, ConcurrentHashMap<String, AttemptMeters> attempts) {
        this.agent = agent;
        this.meters = meters;
        this.attempts = attempts;
        baseline = new ArmMeters(agent, Variant.BASELINE, meters);
        candidate = new ArmMeters(agent, Variant.CANDIDATE, meters);
        fallbacks = new Row<>(FAILURES.length, i -> meters.fallbacks(agent, FAILURES[i]));
        hedges = new Row<>(HEDGES.length, i -> meters.hedges(agent, HEDGES[i]));
        cache = new Row<>(RESULTS.length, i -> meters.cache(agent, RESULTS[i]));
        budget = new Row<>(PERCENT.length, i -> meters.budgetReached(agent, PERCENT[i]));
    }

    void finished(Event.CallFinished call) {
        (call.variant() == Variant.BASELINE ? baseline : candidate).finished(call);
    }

    void heard(Event.FirstToken first) {
        (first.variant() == Variant.BASELINE ? baseline : candidate).heard(first);
    }

    void finished(Event.AttemptFinished attempt) {
        spending(attempt.model()).finished(attempt);
    }

    void fellBack(FailureKind reason) {
        meters.add(fallbacks.get(reason.ordinal()), 1);
    }

    /** Hedges: at zero from now on, as below. */
    void hedges() {
        for (HedgeResult result : HEDGES) {
            hedges.get(result.ordinal());
        }
    }

    void hedged(HedgeResult result) {
        meters.add(hedges.get(result.ordinal()), 1);
    }

    void lookedUp(CacheStatus result) {
        meters.add(cache.get(result.ordinal()), 1);
    }

    void rejected(String guard) {
        Counter held = rejected.get(guard);
        if (held == null) {
            String tag = rejected.size() < MAX_GUARDS ? guard : OTHER_GUARDS;
            held = meters.rejected(agent, tag);
            if (held != null) {
                rejected.put(tag, held);
            }
        }
        meters.add(held, 1);
    }

    /** There is a rollout: at zero from now on, for a counter that appears with its first rollback shows no increase. */
    void tries(String candidate) {
        rollbacks(candidate);
    }

    void decided(RolloutDecision decision) {
        Counter held = rollbacks(decision.candidate());
        if (decision.to() == RolloutPhase.ROLLED_BACK && decision.from() != RolloutPhase.ROLLED_BACK) {
            meters.add(held, 1);
        }
    }

    private @Nullable Counter rollbacks(String candidate) {
        Counter held = rollbacks.get(candidate);
        if (held == null) {
            held = meters.rollbacks(agent, candidate);
            if (held != null) {
                rollbacks.put(candidate, held);
            }
        }
        return held;
    }

    /** Has a budget: its counters are there at zero, for one that appears with its first event shows no increase. */
    void budgeted() {
        budget.get(NEARLY_SPENT);
        budget.get(SPENT);
    }

    void reached(BudgetState state) {
        if (state != BudgetState.WITHIN) {
            meters.add(budget.get(state == BudgetState.SPENT ? SPENT : NEARLY_SPENT), 1);
        }
    }

    private SpendingMeters spending(String model) {
        SpendingMeters known = spending.get(model);
        return known != null ? known : spending.computeIfAbsent(model, this::newSpending);
    }

    private SpendingMeters newSpending(String model) {
        AttemptMeters shared = attempts.computeIfAbsent(model, name -> new AttemptMeters(name, meters));
        return new SpendingMeters(agent, model, shared, meters);
    }
}
