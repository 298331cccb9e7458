package dev.understudy.tests.simulation;

import dev.understudy.breaker.BreakerSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.FailureKind.Blame;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Event.BreakerChanged;
import dev.understudy.event.Reading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Breakers: R9 only the transitions of the machine, one probe at a time, nobody passes an open one, and it heals; R10 only
 * what models did is held against them.
 */
final class BreakerRules implements Watcher {

    private static final Map<CircuitState, Set<CircuitState>> LEGAL = Map.of(
            CircuitState.CLOSED, Set.of(CircuitState.OPEN, CircuitState.LATCHED),
            CircuitState.OPEN, Set.of(CircuitState.HALF_OPEN),
            CircuitState.LATCHED, Set.of(CircuitState.HALF_OPEN),
            CircuitState.HALF_OPEN, Set.of(CircuitState.CLOSED, CircuitState.OPEN, CircuitState.LATCHED));

    private final Simulation simulation;
    private final Map<String, Breaker> breakers = new HashMap<>();

    BreakerRules(Simulation simulation) {
        this.simulation = simulation;
    }

    /** One breaker, as its events and the models have shown it. */
    private static final class Breaker {
        CircuitState state = CircuitState.CLOSED;
        long sinceNanos;
        long sinceMoment;
        /** What models did since then, by what is held against them for it; null for an answer. */
        final List<Blame> results = new ArrayList<>();

        final List<Attempt> probes = new ArrayList<>();
        int failuresInARow;
        long rowSinceMoment;
    }

    @Override
    public void sent(Attempt attempt) {
        Breaker breaker = of(attempt.model);
        if (breaker.state == CircuitState.CLOSED || attempt.passed.moment() < breaker.sinceMoment) {
            return;
        }
        if (breaker.state != CircuitState.HALF_OPEN) {
            throw simulation.violated("R9", attempt + " passed a breaker that is " + breaker.state);
        }
        // A probe that is not heard of for that long counts as lost, and another may go.
        long lost = shortest(attempt.model, BreakerSettings::maxOpen);
        for (Attempt other : breaker.probes) {
            if (!other.reported && Math.abs(attempt.passed.atNanos() - other.passed.atNanos()) < lost) {
                throw simulation.violated("R9", attempt + " is a second probe beside " + other);
            }
        }
        breaker.probes.add(attempt);
    }

    @Override
    public void reported(Attempt attempt, Event.AttemptFinished event) {
        Breaker breaker = of(attempt.model);
        if (attempt.passed.moment() < breaker.sinceMoment) {
            return; // a late result of an earlier state, which changes nothing
        }
        Blame blame = event.failure() == null ? null : event.failure().blame();
        breaker.results.add(blame);
        if (blame == null) {
            breaker.failuresInARow = 0;
        } else if (blame == Blame.FAILURE
                && attempt.passed.moment() > breaker.rowSinceMoment
                && breaker.state == CircuitState.CLOSED) {
            breaker.failuresInARow++;
            // Some may be on their way between the report and the breaker.
            int most = simulation.most(in -> settings(in, attempt.model).consecutiveFailures())
                    + simulation.world.live().size();
            if (breaker.failuresInARow > most) {
                throw simulation.violated(
                        "R9",
                        "The breaker of " + attempt.model + " is closed after " + breaker.failuresInARow
                                + " failures in a row");
            }
        }
    }

    @Override
    public void heard(SimulatedCall call, Event event) {
        if (event instanceof BreakerChanged change) {
            changed(change);
        } else if (event instanceof Event.Rejected refusal && refusal.guard().equals("breaker")) {
            refused(call, refusal.model());
        }
    }

    private void refused(SimulatedCall call, String model) {
        CircuitState state = of(model).state;
        if (state == CircuitState.CLOSED) {
            throw simulation.violated("R9", call + " was refused by the closed breaker of " + model);
        }
        if (state == CircuitState.HALF_OPEN
                && simulation.calls.stream().noneMatch(other -> other != call && mayProbe(other, model))) {
            throw simulation.violated("R9", call + " was refused by the breaker of " + model + ", which nobody probes");
        }
    }

    /** Whether a call is under way to a model, and not asleep outside its breaker. */
    private static boolean mayProbe(SimulatedCall call, String model) {
        return call.beganAt >= 0
                && call.finished == null
                && call.runner != null
                && (model.equals(call.settings().baseline())
                        || model.equals(call.settings().candidate()))
                && !call.runner.place.startsWith("RetryStage.")
                && !call.runner.place.startsWith("CacheStage.");
    }

    private void changed(BreakerChanged change) {
        Breaker breaker = of(change.model());
        if (change.from() != breaker.state || !LEGAL.get(change.from()).contains(change.to())) {
            throw simulation.violated("R9", change + ", but it was " + breaker.state);
        }
        long stayed = simulation.world.elapsedNanos() - breaker.sinceNanos;
        boolean explained =
                switch (change.to()) {
                    case CLOSED -> breaker.results.contains(null);
                    case LATCHED -> breaker.results.contains(Blame.LATCH);
                    case HALF_OPEN -> simulation.installing != null || stayed >= shortestStay(change);
                    case OPEN ->
                        failures(breaker) >= (change.from() == CircuitState.CLOSED ? fewestFailures(change) : 1);
                };
        if (!explained) {
            throw simulation.violated(
                    change.to() == CircuitState.HALF_OPEN ? "R9" : "R10",
                    change + " after " + stayed + " ns, in which the model did " + breaker.results);
        }
        breaker.state = change.to();
        breaker.sinceNanos = simulation.world.elapsedNanos();
        breaker.sinceMoment = simulation.world.moment();
        breaker.results.clear();
        breaker.probes.clear();
        breaker.failuresInARow = 0;
    }

    private static long failures(Breaker breaker) {
        return breaker.results.stream().filter(Blame.FAILURE::equals).count();
    }

    private long fewestFailures(BreakerChanged change) {
        return simulation.configurations.stream()
                .map(in -> settings(in, change.model()))
                .mapToLong(in -> Math.min(in.consecutiveFailures(), (long) Math.ceil(in.minCalls() * in.failureRate())))
                .min()
                .orElseThrow();
    }

    private long shortestStay(BreakerChanged change) {
        return shortest(
                change.model(), change.from() == CircuitState.LATCHED ? BreakerSettings::latch : BreakerSettings::open);
    }

    private long shortest(String model, Function<BreakerSettings, Duration> setting) {
        return simulation.configurations.stream()
                .mapToLong(in -> setting.apply(settings(in, model)).toNanos())
                .min()
                .orElseThrow();
    }

    @Override
    public void installing() {
        // A closed one may begin a new window, which knows nothing of calls under way.
        for (Breaker breaker : breakers.values()) {
            breaker.failuresInARow = 0;
            breaker.rowSinceMoment = simulation.world.moment();
        }
    }

    @Override
    public void ended(SimulatedCall call) {
        if (simulation.healed && call.response != null && of(call.response.model()).state != CircuitState.CLOSED) {
            throw simulation.violated(
                    "R9",
                    "All is well, but the breaker of " + call.response.model() + " is "
                            + of(call.response.model()).state);
        }
    }

    @Override
    public void atRest() {
        for (Reading reading : simulation.readings) {
            if (reading.name().equals("model.circuit.state")) {
                CircuitState shown = CircuitState.values()[(int) reading.value().getAsDouble()];
                CircuitState told = of(reading.tags().get("model")).state;
                if (shown != told) {
                    throw simulation.violated("R9", reading.tags() + " is " + shown + ", but the events say " + told);
                }
            }
        }
    }

    private Breaker of(String model) {
        return breakers.computeIfAbsent(model, any -> new Breaker());
    }

    private static BreakerSettings settings(Configuration in, String model) {
        return in.models().get(model).breaker();
    }
}
