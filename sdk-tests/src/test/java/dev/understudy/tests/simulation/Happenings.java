package dev.understudy.tests.simulation;

import dev.understudy.event.Event;
import dev.understudy.event.RolloutDecision;
import java.util.Map;
import java.util.TreeMap;

/** How often what happened in some runs, so that nobody takes a quiet simulation for a good one. Thread-safe. */
final class Happenings {

    private final Map<String, Integer> counts = new TreeMap<>();

    synchronized void count(Simulation simulation) {
        add("runs");
        for (SimulatedCall call : simulation.calls) {
            if (call.finished != null) {
                add("calls");
                add("outcome " + call.finished.outcome());
                add("attempts " + call.finished.attempts());
                add("cache " + call.finished.cache());
                add(call.stream ? "stream" : call.async ? "chatAsync" : "chat");
                if (call.refused) {
                    add("restart refused");
                }
                if (call.restarts > 0) {
                    add("restarted");
                }
            }
            if (call.interruptedAt >= 0) {
                add("interrupted");
            }
            if (call.cancelledAt >= 0) {
                add("cancelled");
            }
            call.events.forEach(this::count);
        }
        for (Attempt attempt : simulation.attempts) {
            add("attempts");
            add("act " + attempt.act.how());
            add(attempt.onWorker ? "on a worker" : "on the caller");
        }
        for (int i = 1; i < simulation.configurations.size(); i++) {
            add("installed");
            if (!simulation
                    .configurations
                    .get(i)
                    .providers()
                    .equals(simulation.configurations.get(i - 1).providers())) {
                add("connected anew");
            }
        }
        if (simulation.configurations.size() > 20) {
            add("reload storm");
        }
        for (RolloutDecision decision : simulation.decisions) {
            add("rollout " + decision.to() + " for " + decision.reason());
        }
        simulation.reached.forEach(status -> add("budget " + status.state()));
        if (!simulation.healed) {
            add("closed early");
        }
    }

    private void count(Event event) {
        if (event instanceof Event.AttemptFinished end) {
            add("attempt " + (end.failure() == null ? "answered" : end.failure()));
        } else if (event instanceof Event.Rejected refusal) {
            add("refused by " + refusal.guard());
        } else if (event instanceof Event.FellBack fall) {
            add("fell back after " + fall.reason());
        } else if (event instanceof Event.Hedged hedged) {
            add("hedge " + hedged.result());
        } else if (event instanceof Event.BreakerChanged change) {
            add("breaker " + change.from() + " to " + change.to());
        }
    }

    private void add(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    synchronized int of(String what) {
        return counts.getOrDefault(what, 0);
    }

    @Override
    public synchronized String toString() {
        return counts.toString();
    }
}
