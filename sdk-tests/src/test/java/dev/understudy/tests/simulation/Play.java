package dev.understudy.tests.simulation;

import dev.understudy.SimulatedRegistry;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.BudgetExceededException;
import dev.understudy.event.BudgetState;
import dev.understudy.event.Listener;
import dev.understudy.rollout.Steering;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What callers and operators do in one run. */
final class Play {

    private static final long SECOND = 1_000_000_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final Simulation simulation;
    private final VirtualWorld world;
    private final Scenario scenario;
    private final URI address;

    Play(Simulation simulation, URI address) {
        this.simulation = simulation;
        this.world = simulation.world;
        this.scenario = simulation.scenario;
        this.address = address;
        world.onWake(this::wakes);
    }

    void play() {
        open();
        boolean closesEarly = scenario.happens(0.25);
        world.begin("operator", null, () -> operate(closesEarly));
        world.begin("ticker", null, this::tick);
        while (simulation.calls.size() < Scenario.CALLS) {
            world.sleep(scenario.gap());
            SimulatedCall first = scenario.call(simulation.calls.size());
            begin(first);
            for (int more = scenario.burst(); more > 1; more--) {
                begin(scenario.like(first, simulation.calls.size()));
            }
        }
        world.join();
        simulation.tell(Watcher::atRest);
        if (simulation.closedAt < 0) {
            recover();
        }
        world.begin("who closes too", null, this::close);
        close();
        world.join();
        simulation.tell(Watcher::atRest);
    }

    // What operators do

    private void open() {
        simulation.configurations.add(scenario.configuration(simulation, address));
        List<Listener> listeners = new ArrayList<>(List.of(new Ears(simulation)));
        simulation.tell(watcher -> watcher.listener().ifPresent(listeners::add));
        if (scenario.happens(0.3)) {
            listeners.add(new FaultyListener(simulation, false));
            listeners.add(new FaultyListener(simulation, true));
        }
        simulation.registry = SimulatedRegistry.open(
                simulation.configuration(),
                listeners,
                simulation.waiting,
                simulation::nextLong,
                new VirtualWorkers(world, simulation::hired),
                new VirtualTimer(world));
        simulation.tell(Watcher::installed);
    }

    private void operate(boolean closesEarly) {
        int most = scenario.happens(0.1) ? 60 : 6; // now and then somebody who cannot stop
        for (long at : scenario.times(most)) {
            world.sleep(Math.max(0, at - world.elapsedNanos()));
            install(scenario.changed(address));
            for (String agent : simulation.registry.agents()) {
                world.note(String.valueOf(simulation.registry.health(agent)));
            }
        }
        simulation.sabotage.strike(simulation);
        for (long at : closesEarly ? scenario.times(1) : List.<Long>of()) {
            world.sleep(Math.max(0, at - world.elapsedNanos()));
            close();
        }
    }

    /** Looks after the rollouts now and then, and steers them as a person would. */
    private void tick() {
        for (long at : scenario.times(40)) {
            world.sleep(Math.max(0, at - world.elapsedNanos()));
            world.note("looks after the rollouts");
            SimulatedRegistry.tick(simulation.registry);
            simulation.sabotage.ticked(simulation);
            if (scenario.happens(0.1)) {
                steer();
            }
        }
    }

    private void steer() {
        for (String agent : simulation.registry.agents()) {
            String candidate = simulation.configuration().agents().get(agent).candidate();
            Steering steering = simulation.registry.steer(agent);
            try {
                if (candidate == null || scenario.happens(0.3)) {
                    steering.hold("somebody");
                } else if (scenario.happens(0.5)) {
                    steering.resume("somebody");
                } else {
                    steering.reset(candidate, "somebody");
                }
            } catch (IllegalStateException nothingToDo) {
                world.note(nothingToDo.getMessage());
            }
        }
    }

    private void install(Configuration configuration) {
        world.note("installs another configuration");
        simulation.installing = configuration;
        simulation.tell(Watcher::installing);
        if (!simulation.sabotage.losesReloads()) {
            SimulatedRegistry.install(simulation.registry, configuration);
        }
        simulation.tell(Watcher::installing); // the last moment at which either may hold
        simulation.installing = null;
        simulation.configurations.add(configuration);
        simulation.tell(Watcher::installed);
        world.note("has installed it");
    }

    private void close() {
        world.note("closes the registry");
        if (simulation.closedAt < 0) {
            simulation.closedAt = world.elapsedNanos();
            simulation.closer = world.current();
        }
        simulation.registry.close();
        world.note("has closed it");
    }

    /** Everything heals; and what was learnt of the bad times is over after a while. */
    private void recover() {
        world.temper(Temper.CALM);
        simulation.models.forEach(MoodyModel::heal);
        simulation.healed = true;
        world.sleep(600 * SECOND);
        for (AgentSettings agent : simulation.configuration().agents().values()) {
            for (Variant variant : Variant.values()) {
                SimulatedCall probe = scenario.probe(simulation.calls.size(), agent.name(), variant);
                begin(probe);
                world.join();
                if (probe.response == null && !isOutOfMoney(probe)) {
                    throw simulation.violated(
                            "R9", "All is well for ten minutes, but " + probe + " got " + probe.thrown);
                }
                world.sleep(200 * SECOND); // longer than the slowest rate limit wants
            }
        }
        simulation.tell(Watcher::atRest);
    }

    private boolean isOutOfMoney(SimulatedCall call) {
        return call.thrown instanceof BudgetExceededException
                && simulation.registry.budget(call.agent).orElseThrow().state() == BudgetState.SPENT;
    }

    // What callers do

    private void begin(SimulatedCall call) {
        simulation.expect(call);
        long patience = simulation.healed ? -1 : scenario.patience();
        Carrier caller = world.begin("caller of " + call.id, call, () -> {
            if (call.async) {
                askLater(call, patience < 0 ? NEVER : patience);
            } else {
                ask(call);
            }
        });
        if (patience >= 0 && !call.async) {
            world.begin("interrupter of " + call.id, call, () -> interrupt(call, caller, patience));
        }
        world.pause();
    }

    private void began(SimulatedCall call) {
        call.snapshot = simulation.configurations.size() - 1;
        call.configuration = SimulatedRegistry.configuration(simulation.registry);
        // While one is being installed, either may hold; else the latest.
        if (call.configuration != simulation.configuration() && call.configuration != simulation.installing) {
            throw simulation.violated("R21", call + " sees a configuration that is not in force");
        }
        call.beganAt = world.elapsedNanos();
        call.beganMoment = world.moment();
        long timeout = call.options.timeout() != null
                ? call.options.timeout().toNanos()
                : call.settings().timeout().toNanos();
        call.deadlineAt = call.beganAt + timeout;
        world.note((call.async ? "will hear from " : "asks ") + (call.stream ? "for a stream " : "") + call.agent + " "
                + call.question + " within " + timeout + " ns, " + call.options);
    }

    private void ask(SimulatedCall call) {
        call.runner = world.current();
        began(call);
        try {
            call.response = call.stream
                    ? simulation.registry.stream(
                            call.agent, call.request, call.options, new SimulatedListener(simulation, call))
                    : simulation.registry.chat(call.agent, call.request, call.options);
        } catch (VirtualWorld.Ended end) {
            throw end;
        } catch (Throwable thrown) {
            call.thrown = thrown;
        }
        simulation.ended(call);
    }

    private void interrupt(SimulatedCall call, Carrier caller, long patience) {
        world.sleep(patience);
        if (call.endedAt < 0) {
            interrupt(call, caller);
        }
    }

    private void interrupt(SimulatedCall call, Carrier caller) {
        world.note("interrupts " + call);
        call.interruptedAt = world.elapsedNanos();
        caller.interrupt();
    }

    /** The worst moment for an interrupt: what one waited for has come, and one does not know it yet. */
    private void wakes(Carrier carrier) {
        if (carrier.context instanceof SimulatedCall call
                && carrier == call.runner
                && !call.async
                && call.endedAt < 0
                && !simulation.healed
                && scenario.interruptsAtWake()) {
            interrupt(call, carrier);
        }
    }

    private void askLater(SimulatedCall call, long patience) {
        Carrier me = world.current();
        began(call);
        CompletableFuture<ChatResponse> future = call.stream
                ? simulation.registry.streamAsync(
                        call.agent, call.request, call.options, new SimulatedListener(simulation, call))
                : simulation.registry.chatAsync(call.agent, call.request, call.options);
        future.whenComplete((response, thrown) -> {
            call.response = response;
            call.thrown = thrown;
            simulation.ended(call);
            world.unpark(me);
        });
        long began = world.elapsedNanos();
        while (call.endedAt < 0) {
            long left = patience == NEVER ? NEVER : began + patience - world.elapsedNanos();
            if (left > 0) {
                world.park(call, left);
            } else {
                world.note("cancels " + call);
                call.cancelledAt = world.elapsedNanos();
                future.cancel(true);
            }
        }
    }
}
