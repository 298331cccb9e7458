package dev.understudy.tests.simulation;

import dev.understudy.call.FallbackReason;
import dev.understudy.call.StreamListener;

/** Holds what it hears, lets others go first, and consents to restarts or not. */
final class SimulatedListener implements StreamListener {

    private final Simulation simulation;
    private final SimulatedCall call;

    SimulatedListener(Simulation simulation, SimulatedCall call) {
        this.simulation = simulation;
        this.call = call;
    }

    @Override
    public void onText(String text) {
        onItsOwnThread();
        simulation.world.note(call + " hears " + text);
        call.spoken = true;
        call.said.append(text);
        simulation.world.pause();
    }

    @Override
    public boolean onRestart(FallbackReason reason) {
        onItsOwnThread();
        simulation.world.note(call + (call.consents ? " consents to " : " does not consent to ") + reason);
        if (call.refused) {
            throw simulation.violated("R13", call + " is asked twice");
        }
        if (call.said.isEmpty()) {
            throw simulation.violated("R13", call + " is asked, and has heard nothing");
        }
        if (call.consents) {
            call.restarts++;
            call.said.setLength(0);
        } else {
            call.refused = true;
        }
        simulation.world.pause();
        return call.consents;
    }

    private void onItsOwnThread() {
        if (simulation.world.current() != call.runner) {
            throw simulation.violated("R13", call + " hears on the thread of " + simulation.world.current());
        }
    }
}
