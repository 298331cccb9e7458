package dev.understudy.tests.simulation;

import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.Reading;
import java.util.List;

/** Hears everything at once, on the thread on which it happens, and lets others go first afterwards. */
final class Ears implements Listener {

    private final Simulation simulation;

    Ears(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public void on(Event event) {
        if (simulation.sabotage.loses(event)) {
            return;
        }
        Carrier me = simulation.world.current();
        me.hushed = false;
        simulation.heard(event);
        if (event instanceof Event.AttemptFinished end && end.failure() == FailureKind.RATE_LIMITED) {
            // From here to the limiter's closing is one step, so that "after the 429" is one moment.
            me.hushed = true;
        }
        simulation.world.pause();
    }

    @Override
    public void observe(List<Reading> readings) {
        simulation.readings = readings;
    }
}
