package dev.understudy.tests.simulation;

import dev.understudy.budget.BudgetSettings;
import dev.understudy.chat.Variant;
import dev.understudy.config.Configuration;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Budgets: R25 what is spent is what the calls cost, to the billionth; nobody who comes when all is spent gets the candidate, or
 * anything, where the policy says so, and nobody else is refused; each threshold is told once.
 */
final class SpendingRules implements Watcher {

    private final Simulation simulation;
    /** What the agents' calls have cost, in billionths, by the moment of their end. */
    private final Map<String, NavigableMap<Long, Long>> spent = new HashMap<>();

    private final Set<List<Object>> told = new HashSet<>();

    SpendingRules(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void heard(SimulatedCall call, Event event) {
        if (event instanceof Event.BudgetReached reached) {
            BudgetStatus status = reached.status();
            if (!told.add(List.of(status.agent(), status.from(), status.per(), status.limit(), status.state()))) {
                throw simulation.violated("BUDGET", status + " was told twice");
            }
        } else if (event instanceof Event.Rejected refusal && refusal.guard().equals("budget")) {
            refused(call);
        } else if (event instanceof Event.CallFinished end) {
            long cost = Math.round(end.cost() * 1e9);
            spent.computeIfAbsent(end.agent(), agent -> new TreeMap<>())
                    .merge(simulation.world.moment(), sum(end.agent(), Long.MAX_VALUE) + cost, Math::max);
            if (end.variant() == Variant.CANDIDATE && isOver(call, BudgetPolicy.BASELINE_ONLY)) {
                throw simulation.violated("BUDGET", call + " is the candidate's, and all was spent when it began");
            }
        }
    }

    private void refused(SimulatedCall call) {
        boolean right = !knows(call.agent)
                || since(call).stream()
                        .map(configuration -> budget(configuration, call.agent))
                        .anyMatch(budget -> budget.atLimit() == BudgetPolicy.REFUSE
                                && sum(call.agent, Long.MAX_VALUE) + onItsWay(call.agent)
                                        >= Math.round(budget.limit() * 1e9));
        if (!right) {
            throw simulation.violated("BUDGET", call + " is refused, and there is money left");
        }
    }

    @Override
    public void sent(Attempt attempt) {
        if (isOver(attempt.call, BudgetPolicy.REFUSE)) {
            throw simulation.violated("BUDGET", attempt + " is sent, and all was spent when its call began");
        }
    }

    /** Whether a call began when all was spent, whichever configuration held since then. */
    private boolean isOver(SimulatedCall call, BudgetPolicy policy) {
        return knows(call.agent)
                && since(call).stream()
                        .map(configuration -> budget(configuration, call.agent))
                        .allMatch(budget -> budget.atLimit() == policy
                                && sum(call.agent, call.beganMoment - 1) >= Math.round(budget.limit() * 1e9));
    }

    /** Whether all may be spent by now, so that a call may have got the baseline for that. */
    boolean mayBeBaselineOnly(SimulatedCall call) {
        return since(call).stream()
                .map(configuration -> budget(configuration, call.agent))
                .anyMatch(budget -> budget != null
                        && budget.atLimit() == BudgetPolicy.BASELINE_ONLY
                        && sum(call.agent, Long.MAX_VALUE) >= Math.round(budget.limit() * 1e9));
    }

    private List<Configuration> since(SimulatedCall call) {
        List<Configuration> any =
                new ArrayList<>(simulation.configurations.subList(call.snapshot, simulation.configurations.size()));
        if (simulation.installing != null) {
            any.add(simulation.installing);
        }
        return any;
    }

    /** What attempts have cost whose calls are about to tell. */
    private long onItsWay(String agent) {
        return simulation.attempts.stream()
                .filter(attempt -> attempt.call.agent.equals(agent) && attempt.call.finished == null)
                .mapToLong(this::cost)
                .sum();
    }

    private long cost(Attempt attempt) {
        return !attempt.reported || attempt.failure != null
                ? 0
                : Math.round(simulation
                                .configuration()
                                .models()
                                .get(attempt.model)
                                .deployment()
                                .price()
                                .of(attempt.usage)
                        * 1e9);
    }

    /** Where hedges may cost something after the end of their call, what is spent is what all attempts have cost. */
    private void paidAttempts(String agent) {
        long sum = simulation.attempts.stream()
                .filter(attempt -> attempt.call.agent.equals(agent))
                .mapToLong(this::cost)
                .sum();
        double known = simulation.registry.budget(agent).orElseThrow().spent();
        if (Math.round(known * 1e9) != sum) {
            throw simulation.violated("R25", agent + " has spent " + sum / 1e9 + ", not " + known);
        }
    }

    @Override
    public void atRest() {
        for (String agent : simulation.configuration().agents().keySet()) {
            if (hasAlwaysOne(agent) && mayHedge(agent)) {
                paidAttempts(agent);
            } else if (knows(agent)) {
                double known = simulation.registry.budget(agent).orElseThrow().spent();
                if (known != sum(agent, Long.MAX_VALUE) / 1e9) {
                    throw simulation.violated(
                            "R25", agent + " has spent " + sum(agent, Long.MAX_VALUE) / 1e9 + ", not " + known);
                }
            }
        }
    }

    /** Whether what was spent is known at every moment. */
    private boolean knows(String agent) {
        return hasAlwaysOne(agent) && !mayHedge(agent);
    }

    private boolean mayHedge(String agent) {
        return simulation.configurations.stream()
                        .anyMatch(in -> in.agents().get(agent).hedge() != null)
                || (simulation.installing != null
                        && simulation.installing.agents().get(agent).hedge() != null);
    }

    /** Whether the agent always had a budget, and one whose period does not end within the run. */
    private boolean hasAlwaysOne(String agent) {
        Predicate<Configuration> whole = configuration -> {
            BudgetSettings budget = budget(configuration, agent);
            return budget != null && budget.per() == BudgetPeriod.MONTH;
        };
        return simulation.configurations.stream().allMatch(whole)
                && (simulation.installing == null || whole.test(simulation.installing));
    }

    private static BudgetSettings budget(Configuration configuration, String agent) {
        return configuration.agents().get(agent).budget();
    }

    private long sum(String agent, long moment) {
        NavigableMap<Long, Long> sums = spent.get(agent);
        Map.Entry<Long, Long> last = sums == null ? null : sums.floorEntry(moment);
        return last == null ? 0 : last.getValue();
    }
}
