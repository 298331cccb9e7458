package dev.understudy.micrometer;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.Reading;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts every call, attempt, fallback, refusal and cache look-up in a Micrometer registry, under the names of {@code
 * docs/metrics.md}. Thread-safe.
 *
 * <p>Meters are looked up once and then held: an event costs a few additions and no allocation. A registry that throws
 * loses what it did not take and nothing else: every meter is updated on its own, the failure is logged once for each
 * meter name, and a meter that could not be registered is tried again with the next event.
 *
 * <p>Registries keep numbers in memory and are updated on the caller's thread. For one that does I/O or takes locks in
 * {@code increment} or {@code record} there is {@link #queued(MeterRegistry)}.
 *
 * <p>Several {@code ModelRegistry} instances may share one meter registry: their counts add up. Gauges cannot be added up;
 * where two instances have the same agent, the one that loaded its configuration last is shown.
 */
public final class MicrometerListener implements Listener {

    private static final int ACCEPTED = 0;
    private static final int REFUSED = 1;

    private final Meters meters;
    private final Gauges gauges;
    private final boolean queued;
    private final ConcurrentHashMap<String, AgentMeters> agents = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, AttemptMeters> models = new ConcurrentHashMap<>();
    private final Row<Counter> reloads;

    /**
     * Measures on the caller's thread.
     *
     * @param registry where the meters live; its updates must not block
     */
    public MicrometerListener(MeterRegistry registry) {
        this(registry, false);
    }

    private MicrometerListener(MeterRegistry registry, boolean queued) {
        Objects.requireNonNull(registry, "registry");
        this.meters = new Meters(registry);
        this.gauges = new Gauges(registry, meters);
        this.reloads = new Row<>(2, i -> meters.reloads(i == ACCEPTED ? "accepted" : "refused"));
        this.queued = queued;
    }

    /**
     * Measures behind the bounded queue that every listener gets which {@linkplain #mayBlock() may block}. Calls never wait
     * for the registry; in return each event costs an allocation and a hand-over, and when the registry stands still for
     * long, events are dropped (and counted as such) and the metrics show less than happened.
     *
     * @param registry where the meters live; its updates may block
     * @return a new listener
     */
    public static MicrometerListener queued(MeterRegistry registry) {
        return new MicrometerListener(registry, true);
    }

    @Override
    public boolean mayBlock() {
        return queued;
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptFinished attempt) {
            agent(attempt.agent()).finished(attempt);
        } else if (event instanceof Event.CallFinished call) {
            agent(call.agent()).finished(call);
        } else if (event instanceof Event.FirstToken first) {
            agent(first.agent()).heard(first);
        } else if (event instanceof Event.CacheLookedUp lookedUp) {
            agent(lookedUp.agent()).lookedUp(lookedUp.result());
        } else if (event instanceof Event.FellBack fellBack) {
            agent(fellBack.agent()).fellBack(fellBack.reason());
        } else if (event instanceof Event.Hedged hedged) {
            agent(hedged.agent()).hedged(hedged.result());
        } else if (event instanceof Event.Rejected rejected) {
            agent(rejected.agent()).rejected(rejected.guard());
        } else if (event instanceof Event.RolloutChanged changed) {
            agent(changed.decision().agent()).decided(changed.decision());
        } else if (event instanceof Event.BudgetReached reached) {
            agent(reached.status().agent()).reached(reached.status().state());
        } else if (event instanceof Event.ConfigurationLoaded loaded) {
            meters.add(reloads.get(loaded.accepted() ? ACCEPTED : REFUSED), 1);
        }
    }

    @Override
    public void observe(List<Reading> readings) {
        gauges.observe(readings);
        if (!readings.isEmpty()) {
            // At zero: a counter that appears with its first refusal shows no increase to Prometheus.
            reloads.get(ACCEPTED);
            reloads.get(REFUSED);
        }
        for (Reading reading : readings) {
            String agent = reading.tags().get("agent");
            String candidate = reading.tags().get("model");
            if (reading.name().equals(Reading.ROLLOUT_PHASE) && agent != null && candidate != null) {
                agent(agent).tries(candidate); // at zero, for the same reason
            }
            if (reading.name().equals(Reading.HEDGE_BUDGET) && agent != null) {
                agent(agent).hedges();
            }
            if (reading.name().equals(Reading.BUDGET) && agent != null) {
                agent(agent).budgeted();
            }
        }
    }

    private AgentMeters agent(String name) {
        AgentMeters known = agents.get(name);
        return known != null ? known : agents.computeIfAbsent(name, agent -> new AgentMeters(agent, meters, models));
    }
}
