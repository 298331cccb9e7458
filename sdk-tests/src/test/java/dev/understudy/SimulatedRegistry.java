package dev.understudy;

import dev.understudy.config.Configuration;
import dev.understudy.event.Listener;
import dev.understudy.throttle.PermitGate;
import dev.understudy.time.Waiting;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
        ModelRegistry.Builder builder =
                ModelRegistry.builder().configuration(configuration).seams(waiting, random, workers);
        listeners.forEach(builder::listener);
        return builder.build();
    }

    public static void install(ModelRegistry registry, Configuration configuration) {
        registry.install(configuration);
    }

    /** Returns the permits of every agent (as {@code agent/BASELINE} and {@code agent/CANDIDATE}) and provider, by name. */
    public static Map<String, PermitGate> gates(ModelRegistry registry) {
        Map<String, PermitGate> gates = new TreeMap<>();
        Object assembly = read(registry, "assembly");
        states(assembly, "agents").forEach((agent, state) -> {
            gates.put(agent + "/BASELINE", (PermitGate) read(state, "baselinePermits"));
            gates.put(agent + "/CANDIDATE", (PermitGate) read(state, "candidatePermits"));
        });
        states(assembly, "providers")
                .forEach((name, state) -> gates.put((String) name, (PermitGate) read(state, "permits")));
        return gates;
    }

    private static Map<?, ?> states(Object assembly, String field) {
        return (Map<?, ?>) read(assembly, field);
    }

    private static Object read(Object owner, String field) {
        try {
            Field found = owner.getClass().getDeclaredField(field);
            found.setAccessible(true);
            return found.get(owner);
        } catch (ReflectiveOperationException moved) {
            throw new AssertionError("The simulation looks for " + field + " in " + owner.getClass(), moved);
        }
    }
}
