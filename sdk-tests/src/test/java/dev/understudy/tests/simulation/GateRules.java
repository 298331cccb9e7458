package dev.understudy.tests.simulation;

import dev.understudy.SimulatedRegistry;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Variant;
import dev.understudy.config.Configuration;
import dev.understudy.event.Event;
import dev.understudy.event.Reading;
import dev.understudy.tests.simulation.Lines.Since;
import dev.understudy.throttle.PermitGate;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Permits: R5 none is lost, R6 never more than the limit, R7 in order and bounded, R8 the baseline's are its own. */
final class GateRules implements Watcher {

    private static final String PROVIDER = "cloud";

    private final Simulation simulation;
    private final Map<String, Gate> gates = new TreeMap<>();

    GateRules(Simulation simulation) {
        this.simulation = simulation;
    }

    /** One gate, and what models and readings have shown of it. */
    private static final class Gate {
        final String name;
        final PermitGate permits;
        final ToIntFunction<Configuration> limit;
        final ToIntFunction<Configuration> queue;
        int onWire;
        int candidatesOnWire;
        /** As of the last look: above the limit they only ever fall. */
        int inUse;

        int waiting;

        Gate(String name, PermitGate permits, ToIntFunction<Configuration> limit, ToIntFunction<Configuration> queue) {
            this.name = name;
            this.permits = permits;
            this.limit = limit;
            this.queue = queue;
        }
    }

    @Override
    public void installed() {
        SimulatedRegistry.gates(simulation.registry)
                .forEach((name, permits) -> gates.computeIfAbsent(name, any -> gate(name, permits)));
    }

    private static Gate gate(String name, PermitGate permits) {
        if (name.equals(PROVIDER)) {
            ToIntFunction<Configuration> limit = in -> provider(in).maxConcurrent();
            return new Gate(name, permits, limit, in -> 2 * 2 * limit.applyAsInt(in)); // two lines
        }
        String agent = name.substring(0, name.indexOf('/'));
        return new Gate(name, permits, in -> in.agents().get(agent).throttle().maxConcurrent(), in -> in.agents()
                .get(agent)
                .throttle()
                .queue());
    }

    private static Provider provider(Configuration in) {
        return in.providers().get(PROVIDER);
    }

    @Override
    public void installing() {
        gates.values().forEach(this::look);
    }

    @Override
    public void sent(Attempt attempt) {
        Gate own = ofAgent(attempt.call, attempt.variant);
        enter(own, attempt);
        Gate shared = ofProvider(attempt.call, attempt.model);
        if (shared != null) {
            enter(shared, attempt);
            int most = simulation.mostSince(
                    attempt.call,
                    in -> provider(in).maxConcurrent() - provider(in).maxConcurrent() / 4);
            if (attempt.variant == Variant.CANDIDATE && shared.candidatesOnWire > most) {
                throw simulation.violated(
                        "R8",
                        shared.candidatesOnWire + " candidates are at " + shared.name
                                + ", which keeps a quarter of its permits from them");
            }
        }
    }

    private void enter(Gate gate, Attempt attempt) {
        gate.onWire++;
        gate.candidatesOnWire += attempt.variant == Variant.CANDIDATE ? 1 : 0;
        look(gate);
        if (!attempt.onWorker && !attempt.isHedge()) { // which never stands in line
            nobodyWasOvertaken(gate, attempt);
        }
    }

    @Override
    public void over(Attempt attempt) {
        leave(ofAgent(attempt.call, attempt.variant), attempt);
        Gate shared = ofProvider(attempt.call, attempt.model);
        if (shared != null) {
            leave(shared, attempt);
        }
    }

    private void leave(Gate gate, Attempt attempt) {
        look(gate);
        gate.onWire--;
        gate.candidatesOnWire -= attempt.variant == Variant.CANDIDATE ? 1 : 0;
    }

    private void look(Gate gate) {
        int inUse = gate.permits.inUse();
        int limit = simulation.most(gate.limit);
        if (gate.onWire > inUse) {
            throw simulation.violated(
                    "R6", gate.onWire + " attempts are on the wire with " + inUse + " permits of " + gate.name);
        }
        if (inUse > limit && inUse > gate.inUse) {
            throw simulation.violated("R6", inUse + " permits of " + gate.name + " are out, and it has " + limit);
        }
        gate.inUse = inUse;
        int waiting = gate.permits.waiting();
        // A provider's gate has two lines, of which one may still be as long as it might be earlier.
        int queue = gate.name.equals(PROVIDER) ? simulation.mostEver(gate.queue) : simulation.most(gate.queue);
        if (waiting > queue && waiting > gate.waiting) {
            throw simulation.violated("R7", waiting + " wait at " + gate.name + " in a queue of " + queue);
        }
        gate.waiting = waiting;
    }

    /** Somebody who has stood in the same line for longer must have been woken by now. */
    private void nobodyWasOvertaken(Gate gate, Attempt attempt) {
        if (simulation.installing != null) {
            return; // it may have granted permits to several, and be held up while it wakes them one by one
        }
        Since mine = simulation.lines.inLine(attempt.call.runner, gate.permits);
        if (mine == Since.NEVER) {
            return; // did not wait here
        }
        for (Carrier other : simulation.world.live()) {
            if (other.state == Carrier.State.PARKED
                    && other.blocker == gate.permits
                    && !other.permit
                    && simulation.lines.inLine(other, gate.permits).moment() < mine.moment()
                    && isInLineOf(attempt.variant, other, gate)) {
                throw simulation.violated("R7", attempt + " overtook " + other + " at " + gate.name);
            }
        }
    }

    private boolean isInLineOf(Variant variant, Carrier other, Gate gate) {
        if (!gate.name.equals(PROVIDER)) {
            return true;
        }
        // Who waits at the provider has sent nothing on this leg yet; it is the baseline's once it fell back.
        SimulatedCall call = (SimulatedCall) other.context;
        return !call.heard(Event.FellBack.class).isEmpty() && variant == Variant.BASELINE;
    }

    @Override
    public void heard(SimulatedCall call, Event event) {
        if (call == null || !(event instanceof Event.Rejected refusal)) {
            return;
        }
        Variant variant = call.variantOf(refusal.model());
        Gate own = ofAgent(call, variant);
        Gate shared = ofProvider(call, refusal.model());
        boolean late = simulation.world.elapsedNanos() >= call.deadlineAt || call.unwanted() || isStalled(call);
        boolean true_ =
                switch (refusal.guard()) {
                    case "permits" -> late || isFull(own, Variant.BASELINE);
                    case "queue" -> own.permits.waiting() >= simulation.least(own.queue);
                    case "provider-permits" -> late || isFull(shared, variant);
                    case "provider-queue" -> isFull(shared, variant);
                    default -> true;
                };
        if (!true_) {
            throw simulation.violated(
                    "R8",
                    call + " was refused for " + refusal.guard() + ", but there was room: "
                            + (refusal.guard().startsWith("provider") ? shared : own).permits);
        }
    }

    private boolean isStalled(SimulatedCall call) {
        return call.runner != null && call.runner.stalledUntil >= call.beganAt;
    }

    private boolean isFull(Gate gate, Variant variant) {
        int limit = Math.min(simulation.least(gate.limit), gate.permits.limit()); // the latter may be learnt
        return gate.permits.inUse() >= (variant == Variant.CANDIDATE ? limit - limit / 4 : limit);
    }

    @Override
    public void atRest() {
        for (Gate gate : gates.values()) {
            if (gate.permits.inUse() != 0 || gate.permits.waiting() != 0) {
                throw simulation.violated("R5", "At rest " + gate.permits);
            }
        }
        for (Reading reading : simulation.readings) {
            boolean counts =
                    reading.name().equals("model.inflight") || reading.name().equals("model.queue");
            if (counts && reading.value().getAsDouble() != 0) {
                throw simulation.violated(
                        "R5",
                        "At rest " + reading.name() + " is " + reading.value().getAsDouble());
            }
        }
    }

    private Gate ofAgent(SimulatedCall call, Variant variant) {
        return gates.get(call.agent + "/" + variant);
    }

    private Gate ofProvider(SimulatedCall call, String model) {
        return call.configuration.models().get(model).deployment().provider() == null ? null : gates.get(PROVIDER);
    }
}
