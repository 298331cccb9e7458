package dev.understudy;

import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.event.Events;
import dev.understudy.event.RolloutPhase;
import dev.understudy.health.Health;
import dev.understudy.health.Health.Status;
import dev.understudy.rollout.Ramp;
import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Steering;
import dev.understudy.store.RolloutStore;
import dev.understudy.time.Waiting;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The ramps of all agents that have a candidate: they outlive configurations as long as the candidate stays, and are looked
 * after about once a second. Thread-safe.
 */
final class Rollouts {

    private final RolloutStore store;
    private final Waiting waiting;
    private final InstantSource wall;
    private final Events events;
    private final Runnable wake;
    /** Of the configuration in force, by agent. */
    private volatile Map<String, Ramp> ramps = Map.of();
    /** Those whose agent or candidate is gone, until they have written down what they have seen. */
    private final Queue<Ramp> leaving = new ConcurrentLinkedQueue<>();

    /**
     * Starts without any.
     *
     * @param wake asks for a {@link #look()} at once; must not wait
     */
    Rollouts(RolloutStore store, Waiting waiting, InstantSource wall, Events events, Runnable wake) {
        this.store = store;
        this.waiting = waiting;
        this.wall = wall;
        this.events = events;
        this.wake = wake;
    }

    /** Returns the ramp that an agent has for this candidate, or a new one that is not in force. Touches nothing else. */
    @Nullable
    Ramp ramp(AgentSettings agent, boolean allowed) {
        String candidate = agent.candidate();
        if (candidate == null) {
            return null;
        }
        Ramp known = ramps.get(agent.name());
        return known != null && known.candidate().equals(candidate)
                ? known
                : new Ramp(agent.name(), candidate, agent.rollout(), allowed, store, waiting, wall, events, wake);
    }

    /** Lets a configuration's ramps be in force; a lower ceiling holds at once. Neither waits nor fails. */
    void putInForce(Map<String, Ramp> next, Configuration configuration) {
        ramps.forEach((agent, ramp) -> {
            if (next.get(agent) != ramp) {
                leaving.add(ramp);
            }
        });
        ramps = Map.copyOf(next);
        configuration.agents().values().forEach(agent -> {
            Ramp ramp = next.get(agent.name());
            if (ramp != null) {
                ramp.reconfigure(agent.rollout(), configuration.useFinetuned(agent));
            }
        });
    }

    /** Says whether there is anything to look after. */
    boolean isEmpty() {
        return ramps.isEmpty() && leaving.isEmpty();
    }

    /** Looks after all of them; waits for the store. One that fails does not keep the others from it. */
    void look() {
        RuntimeException first = null;
        for (Ramp gone = leaving.poll(); gone != null; gone = leaving.poll()) {
            try {
                gone.retire();
            } catch (RuntimeException broken) {
                first = broken;
            }
        }
        for (Ramp ramp : ramps.values()) {
            try {
                ramp.look();
            } catch (RuntimeException broken) {
                first = broken;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Writes down what was seen last, and nothing ever after. */
    void close() {
        leaving.addAll(ramps.values());
        ramps = Map.of();
        look();
    }

    RolloutStatus status(AgentSettings agent, @Nullable Ramp ramp) {
        return ramp == null
                ? RolloutStatus.none(agent.name(), agent.baseline(), agent.rollout(), wall.instant())
                : ramp.status(agent.baseline());
    }

    Steering steering(String agent) {
        return new Steering(store, agent, wall, wake);
    }

    /**
     * Adds what the rollout has to say. A candidate that was taken away is no fault of the agent, whose calls are answered by
     * who they are assigned to; a state that nobody can read or write is.
     */
    static Health and(Health health, Ramp ramp) {
        String trouble = ramp.trouble().orElse(null);
        if (trouble != null) {
            return health.and(Status.DEGRADED, trouble);
        }
        RolloutState state = ramp.state();
        String candidate = "candidate '" + state.candidate() + "' ";
        if (state.phase() == RolloutPhase.ROLLED_BACK) {
            return health.and(
                    Status.UP, candidate + "was rolled back at " + state.since().truncatedTo(ChronoUnit.SECONDS));
        }
        if (state.phase() == RolloutPhase.QUARANTINED) {
            return health.and(
                    Status.UP,
                    candidate + "is quarantined since " + state.since().truncatedTo(ChronoUnit.SECONDS));
        }
        return state.phase() == RolloutPhase.HOLD
                ? health.and(
                        Status.UP,
                        "the rollout of " + candidate + "holds: "
                                + state.reason().words())
                : health;
    }
}
