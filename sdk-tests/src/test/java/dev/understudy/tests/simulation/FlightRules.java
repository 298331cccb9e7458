package dev.understudy.tests.simulation;

import dev.understudy.config.Configuration;
import dev.understudy.event.Event;
import java.util.List;

/** R18: identical calls in flight make one upstream call; streams each their own. */
final class FlightRules implements Watcher {

    private final Simulation simulation;

    FlightRules(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void sent(Attempt attempt) {
        if (attempt.call.settings().cache() == null || attempt.call.stream) {
            return;
        }
        List<Attempt> own = attempt.call.attemptsAt(attempt.model);
        boolean together = own.size() > 1 && !own.get(own.size() - 2).isHedge();
        long before = together ? own.get(own.size() - 2).sentMoment : Long.MAX_VALUE;
        for (Attempt other : simulation.attempts) {
            if (other.call == attempt.call || !isIdentical(other, attempt)) {
                continue;
            }
            if (!other.reported) {
                throw simulation.violated("R18", attempt + " asks for what " + other + " asks for already");
            }
            // Between two attempts of one call its flight goes on.
            if (other.sentMoment > before && other.sentMoment < attempt.sentMoment) {
                throw simulation.violated("R18", other + " asked for what " + attempt.call + " was asking for");
            }
        }
    }

    private boolean isIdentical(SimulatedCall one, SimulatedCall other) {
        return one.beganAt >= 0
                && !one.stream
                && !other.stream
                && one.agent.equals(other.agent)
                && one.question.equals(other.question)
                && one.options.scope().equals(other.options.scope())
                && one.settings().cache() != null
                && life(one) == life(other);
    }

    /** When a call is over, those who wait for the same are either told, or one of them asks. */
    @Override
    public void heard(SimulatedCall over, Event event) {
        if (!(event instanceof Event.CallFinished) || over.settings().cache() == null) {
            return;
        }
        for (Carrier carrier : simulation.world.live()) {
            // A hedge may be the one that asks, or is about to hand over.
            if (carrier.hedge == carrier
                    && carrier.context instanceof SimulatedCall call
                    && (call == over || isIdentical(call, over))) {
                return;
            }
        }
        SimulatedCall waiter = null;
        for (SimulatedCall call : simulation.calls) {
            if (call != over && call.finished == null && call.runner != null && isIdentical(call, over)) {
                if (!call.runner.place.startsWith("CacheStage.") || call.runner.permit) {
                    return;
                }
                waiter = call;
            }
        }
        if (waiter != null) {
            throw simulation.violated("R18", over + " is over, and nobody asks for " + waiter);
        }
    }

    private boolean isIdentical(Attempt one, Attempt other) {
        return one.model.equals(other.model) && isIdentical(one.call, other.call);
    }

    /** Which of an agent's caches a call saw: one that is taken away and given back is another. */
    private int life(SimulatedCall call) {
        int lives = 0;
        boolean had = false;
        for (Configuration in : simulation.configurations.subList(0, call.snapshot + 1)) {
            boolean has = in.agents().get(call.agent).cache() != null;
            lives += has && !had ? 1 : 0;
            had = has;
        }
        return lives;
    }
}
