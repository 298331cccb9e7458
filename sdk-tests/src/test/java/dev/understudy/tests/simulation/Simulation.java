package dev.understudy.tests.simulation;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatRequest;
import dev.understudy.config.Configuration;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Reading;
import dev.understudy.event.RolloutDecision;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.net.URI;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** One seed, one run: the whole SDK in a {@link VirtualWorld}, and the watchers that know the rules. */
final class Simulation {

    final VirtualWorld world;
    final Waiting waiting;
    final Lines lines;
    final Scenario scenario;
    final Sabotage sabotage;
    final List<MoodyModel> models;

    final List<SimulatedCall> calls = new ArrayList<>();
    final List<Attempt> attempts = new ArrayList<>();
    final List<RolloutDecision> decisions = new ArrayList<>();
    final List<BudgetStatus> reached = new ArrayList<>();
    /** All that were ever in force; the last one is. */
    final List<Configuration> configurations = new ArrayList<>();
    /** What is about to come into force, while it does. */
    Configuration installing;

    ModelRegistry registry;
    List<Reading> readings = List.of();
    long closedAt = -1;
    /** Who closes, and tells everybody. */
    Carrier closer;

    boolean healed;

    private final SplittableRandom sdkChance;
    private final Map<ChatRequest, SimulatedCall> byRequest = new IdentityHashMap<>();
    final SpendingRules spending;
    private final List<Watcher> watchers;

    Simulation(long seed) {
        this(seed, Sabotage.NONE);
    }

    Simulation(long seed, Sabotage sabotage) {
        SplittableRandom seeds = new SplittableRandom(seed);
        this.scenario = new Scenario(seeds.nextLong());
        this.world = new VirtualWorld(seeds.nextLong(), scenario.temper(), sabotage.watchdogNanos());
        this.sdkChance = seeds.split();
        this.waiting = new Waiting(world, sabotage.parking(world));
        this.lines = new Lines(world);
        this.sabotage = sabotage;
        this.models = scenario.models(this);
        this.spending = new SpendingRules(this);
        this.watchers = List.of(
                new Conservation(this),
                new GateRules(this),
                new BreakerRules(this),
                new LimiterRules(this),
                new FlightRules(this),
                new StreamRules(this),
                new BudgetRules(this),
                spending,
                new CallRules(this),
                new AnswerRules(this),
                new ClientRules(this),
                new RolloutRules(this));
    }

    /** Runs it; throws the first {@link Violation}. */
    void run() {
        URI address = SimulatedProvider.publish(this);
        try {
            world.run("main", new Play(this, address)::play);
        } finally {
            SimulatedProvider.withdraw(address);
        }
    }

    /** Says that a rule does not hold. */
    VirtualWorld.Ended violated(String rule, String message) {
        return world.fail(new Violation(rule, message));
    }

    MoodyModel model(String name) {
        return models.stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    // What is in force

    Configuration configuration() {
        return configurations.get(configurations.size() - 1);
    }

    /** Returns the most that holds now; while a configuration is being installed, either may. */
    int most(ToIntFunction<Configuration> setting) {
        int now = setting.applyAsInt(configuration());
        return installing == null ? now : Math.max(now, setting.applyAsInt(installing));
    }

    /** Returns the least that holds now. */
    int least(ToIntFunction<Configuration> setting) {
        int now = setting.applyAsInt(configuration());
        return installing == null ? now : Math.min(now, setting.applyAsInt(installing));
    }

    /** Returns the most that has ever held. */
    int mostEver(ToIntFunction<Configuration> setting) {
        return mostSince(0, setting);
    }

    /** Returns the most that has held since a call began. */
    int mostSince(SimulatedCall call, ToIntFunction<Configuration> setting) {
        return mostSince(call.snapshot, setting);
    }

    private int mostSince(int snapshot, ToIntFunction<Configuration> setting) {
        int most = most(setting);
        for (int i = snapshot; i < configurations.size(); i++) {
            most = Math.max(most, setting.applyAsInt(configurations.get(i)));
        }
        return most;
    }

    // What happens

    void expect(SimulatedCall call) {
        calls.add(call);
        byRequest.put(call.request, call);
    }

    /** Returns whose request this is, or null. */
    SimulatedCall callOf(ChatRequest request) {
        return byRequest.get(request);
    }

    /** The SDK has handed a task to a thread. The first for an asynchronous call is the call itself. */
    void hired(Carrier worker) {
        Carrier me = world.current();
        worker.hedge = me.isTimer ? worker : me.hedge;
        if (worker.context instanceof SimulatedCall call
                && call.async
                && call.runner == null
                && call.finished == null) {
            call.runner = worker;
        }
    }

    /** The SDK draws a number: never under a lock, so others may go first. */
    long nextLong() {
        world.pause();
        return sdkChance.nextLong();
    }

    Attempt sent(MoodyModel model, ChatRequest request, Deadline deadline, Act act) {
        Carrier me = world.current();
        SimulatedCall call = byRequest.get(request);
        if (call == null || call != me.context) {
            throw violated("R17", model.name() + " got a request of " + call + " from " + me.context);
        }
        if (me.isInterrupted()) {
            throw violated("R4", call + " went on to " + model.name() + " with an interrupted thread");
        }
        Carrier traveller = me.hedge != null ? me.hedge : call.runner;
        boolean onWorker = me != traveller;
        Attempt attempt = new Attempt(
                attempts.size(),
                call,
                model.name(),
                call.variantOf(model.name()),
                act,
                model.isInterruptible(),
                me.hedge,
                onWorker,
                onWorker ? me.bornAt : world.elapsedNanos(),
                onWorker ? me.bornMoment : world.moment(),
                lines.passed(traveller));
        attempts.add(attempt);
        call.attempts.add(attempt);
        world.note("sends " + attempt + ": " + act);
        if (deadline.isOver()) {
            throw violated("R2", attempt + " began when its time was over");
        }
        tell(watcher -> watcher.sent(attempt));
        lines.forget(traveller);
        return attempt;
    }

    void over(Attempt attempt) {
        attempt.overAt = world.elapsedNanos();
        world.note("ends " + attempt);
        tell(watcher -> watcher.over(attempt));
    }

    void heard(Event event) {
        if (event instanceof Event.RolloutChanged changed) {
            decisions.add(changed.decision());
        }
        if (event instanceof Event.BudgetReached told) {
            reached.add(told.status());
        }
        SimulatedCall call = world.current().context instanceof SimulatedCall known ? known : null;
        world.note("reports " + event);
        if (call != null) {
            call.events.add(event);
            lines.forget(traveller(call));
            if (event instanceof Event.AttemptFinished end) {
                reported(call, end);
            }
        }
        tell(watcher -> watcher.heard(call, event));
        if (call != null && event instanceof Event.BreakerChanged change && change.to() == CircuitState.HALF_OPEN) {
            lines.passes(traveller(call)); // a probe
        }
    }

    private Carrier traveller(SimulatedCall call) {
        Carrier hedge = world.current().hedge;
        return hedge != null ? hedge : call.runner;
    }

    private void reported(SimulatedCall call, Event.AttemptFinished end) {
        for (Attempt attempt : call.attempts) {
            if (!attempt.reported && attempt.model.equals(end.model())) {
                attempt.reported = true;
                attempt.reportedAt = world.elapsedNanos();
                attempt.failure = end.failure();
                tell(watcher -> watcher.reported(attempt, end));
                return;
            }
        }
        throw violated("R11", "An attempt of " + call + " at " + end.model() + " was reported that never came there");
    }

    void ended(SimulatedCall call) {
        call.endedAt = world.elapsedNanos();
        world.note(call + " got " + (call.thrown == null ? call.response : call.thrown));
        tell(watcher -> watcher.ended(call));
    }

    void tell(Consumer<Watcher> news) {
        watchers.forEach(news);
    }
}
