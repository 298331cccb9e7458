package dev.understudy.tests.simulation;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;

/** A listener that throws now and then, and takes its time where it said that it might. */
final class FaultyListener implements Listener {

    private final Simulation simulation;
    private final boolean slow;

    FaultyListener(Simulation simulation, boolean slow) {
        this.simulation = simulation;
        this.slow = slow;
    }

    @Override
    public boolean mayBlock() {
        return slow;
    }

    @Override
    public void on(Event event) {
        if (slow && simulation.scenario.happens(0.05)) {
            simulation.world.sleep(simulation.scenario.upTo(2_000_000_000));
        }
        if (simulation.scenario.happens(0.1)) {
            throw new IllegalStateException("A listener that is broken");
        }
    }
}
