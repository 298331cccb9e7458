package dev.understudy;

import dev.understudy.budget.Budget;
import dev.understudy.config.Configuration;
import dev.understudy.event.Listener;
import dev.understudy.rollout.Ramp;
import dev.understudy.throttle.PermitGate;
import dev.understudy.time.Timer;
import dev.understudy.time.Waiting;
import dev.understudy.time.WorkerTimer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;

/** The one door of the simulation into the package of the face: its seams, and what it does not show. */
public final class SimulatedRegistry {

    private SimulatedRegistry() {}

    public static ModelRegistry open(
            Configuration configuration,
            List<Listener> listeners,
            Waiting waiting,
            RandomGenerator random,
            ExecutorService workers) {
        return open(configuration, listeners, waiting, random, workers, new WorkerTimer(waiting, workers));
    }

    /** The same with a timer from outside. */
    public static ModelRegistry open(
            Configuration configuration,
            List<Listener> listeners,
            Waiting waiting,
            RandomGenerator random,
            ExecutorService workers,
            Timer timer) {
        ModelRegistry.Builder builder = ModelRegistry.builder()
                .configuration(configuration)
                .seams(waiting, random, workers)
                .timer(timer);
        listeners.forEach(builder::listener);
        return builder.build();
    }

    public static void install(ModelRegistry registry, Configuration configuration) {
        registry.install(configuration);
    }

    /** Looks after rollouts and budgets, which otherwise happens every few seconds. */
    public static void tick(ModelRegistry registry) {
        registry.tick();
    }

    /** Returns an agent's rollout, or null where it has no candidate. */
    public static Ramp ramp(ModelRegistry registry, String agent) {
        return registry.pipeline(agent).ramp();
    }

    /** Returns an agent's budget, or null where it has none. */
    public static Budget budget(ModelRegistry registry, String agent) {
        return registry.pipeline(agent).budget();
    }

    /** Returns the permits of every agent (as {@code agent/BASELINE} and {@code agent/CANDIDATE}) and provider, by name. */
    public static Map<String, PermitGate> gates(ModelRegistry registry) {
        return registry.gates();
    }

    /** Returns what a call that begins now would see. */
    public static Configuration configuration(ModelRegistry registry) {
        return registry.configuration();
    }

    /** Returns how many provider clients are open. */
    public static int openClients(ModelRegistry registry) {
        return registry.openClients();
    }
}
