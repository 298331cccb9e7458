package dev.understudy.tests.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** R11: however bad things are, a model sees few retries: a tenth of the calls, 30 at once, and 2.5 a second. */
final class BudgetRules implements Watcher {

    private static final int AT_ONCE = 30;
    private static final double A_SECOND = 2.5;
    private static final double OF_CALLS = 0.1;

    private final Simulation simulation;
    /** When each model was tried again. */
    private final Map<String, List<Long>> retries = new HashMap<>();

    BudgetRules(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void sent(Attempt attempt) {
        long asked = attempt.call.attemptsAt(attempt.model).stream()
                .filter(own -> !own.isHedge())
                .count();
        if (attempt.isHedge() || asked == 1) {
            return;
        }
        List<Long> times = retries.computeIfAbsent(attempt.model, none -> new ArrayList<>());
        times.add(simulation.world.elapsedNanos());
        for (int first = 0; first < times.size(); first++) {
            double seconds = (simulation.world.elapsedNanos() - times.get(first)) / 1e9;
            // A retry that was paid for may be on its way for a while: at most one for each call in flight.
            double most = AT_ONCE + A_SECOND * seconds + OF_CALLS * simulation.calls.size() + inFlight();
            if (times.size() - first > most) {
                throw simulation.violated(
                        "R11",
                        attempt.model + " was tried again " + (times.size() - first) + " times in " + seconds + " s");
            }
        }
    }

    private long inFlight() {
        return simulation.calls.stream().filter(call -> call.finished == null).count();
    }
}
