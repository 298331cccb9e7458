package dev.understudy.tests.simulation;

import dev.understudy.SimulatedRegistry;
import dev.understudy.budget.Budget;
import dev.understudy.budget.MoneyThief;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.event.RolloutPhase;
import dev.understudy.rollout.Ramp;
import dev.understudy.rollout.ShareThief;
import dev.understudy.throttle.PermitThief;
import dev.understudy.time.Parking;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What is broken on purpose, to see that the simulation notices. */
enum Sabotage {
    NONE,
    /** A permit is taken and never given back. */
    LEAKED_PERMIT,
    /** Those who wait in line are not woken when their turn comes. */
    LOST_WAKE_UP,
    /** A model that promises to mind its deadline does not. */
    DEAF_MODEL,
    /** A model waits for something that the SDK cannot see. */
    BLOCKING_MODEL,
    /** A model gives somebody else's answer. */
    CROSSED_ANSWER,
    /** What a model asks for as {@code Retry-After} comes through as a millisecond. */
    SHORT_RETRY_AFTER,
    /** The end of a call is not reported. */
    LOST_EVENT,
    /** A configuration is said to be in force, and is not. */
    LOST_RELOAD,
    /** Connections are closed while calls need them. */
    EARLY_CLOSE,
    /** Connections that nobody needs any more stay open. */
    LEAKED_CLIENT,
    /** A candidate that was taken away is given to everybody again. */
    REOPENED_SHARE,
    /** Something is spent that no call has cost. */
    STOLEN_MONEY;

    long watchdogNanos() {
        return TimeUnit.SECONDS.toNanos(this == BLOCKING_MODEL ? 1 : 60);
    }

    Parking parking(VirtualWorld world) {
        if (this != LOST_WAKE_UP) {
            return world;
        }
        return new Parking() {
            @Override
            public void park(Object blocker, long nanos) {
                world.park(blocker, nanos);
            }

            @Override
            public void unpark(Thread thread) {
                Carrier carrier = (Carrier) thread;
                if (!carrier.place.startsWith("CacheStage.")) {
                    world.unpark(thread);
                }
            }
        };
    }

    boolean losesReloads() {
        return this == LOST_RELOAD;
    }

    /** The SDK opens a client beside these. */
    void opened(List<SimulatedProvider.Client> earlier) {
        if (this == EARLY_CLOSE) {
            earlier.forEach(client -> client.closed = true);
        }
    }

    boolean leaksClients() {
        return this == LEAKED_CLIENT;
    }

    void strike(Simulation simulation) {
        if (this == STOLEN_MONEY) {
            for (String agent : simulation.registry.agents()) {
                Budget budget = SimulatedRegistry.budget(simulation.registry, agent);
                if (budget != null) {
                    MoneyThief.steal(budget, simulation.waiting.nanoTime());
                }
            }
        }
        if (this == LEAKED_PERMIT) {
            SimulatedRegistry.gates(simulation.registry).values().forEach(PermitThief::steal);
        }
    }

    void ticked(Simulation simulation) {
        if (this == REOPENED_SHARE) {
            for (String agent : simulation.registry.agents()) {
                Ramp ramp = SimulatedRegistry.ramp(simulation.registry, agent);
                if (ramp != null && ramp.state().phase() == RolloutPhase.ROLLED_BACK) {
                    ShareThief.open(ramp);
                }
            }
        }
    }

    void beforeAnswer(Attempt attempt, VirtualWorld world) {
        if (this == DEAF_MODEL && !attempt.onWorker) {
            world.sleep(60_000_000_000L);
        } else if (this == BLOCKING_MODEL) {
            try {
                TimeUnit.SECONDS.sleep(3);
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    int answered(Attempt attempt) {
        return this == CROSSED_ANSWER ? attempt.id / 2 : attempt.id;
    }

    Origin told(Origin origin) {
        return this == SHORT_RETRY_AFTER && origin.retryAfter() != null
                ? new Origin(origin.model(), null, 0, null, Duration.ofMillis(1), origin.shouldRetry())
                : origin;
    }

    boolean loses(Event event) {
        return this == LOST_EVENT && event instanceof Event.CallFinished end && end.attempts() == 2;
    }
}
