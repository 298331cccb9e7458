package dev.understudy.tests.simulation;

import dev.understudy.ModelRegistry;
import dev.understudy.SimulatedRegistry;
import dev.understudy.breaker.BreakerSettings;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.throttle.PermitGate;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** An agent that hedges after 100 ms, with both of its models scripted, on a clock of its own: one seed, one order of threads. */
final class HedgedWorld {

    static final String AGENT = "agent";
    static final List<Message> PROMPT = List.of(Message.user("?"));
    /** No model is asked twice, save as a hedge. */
    static final RetrySettings NO_RETRIES = new RetrySettings(
            0, 0, RetrySettings.DEFAULT.maxAttempts(), Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO);

    static final HedgeSettings ALWAYS = new HedgeSettings(Duration.ofMillis(100), 1);

    private static final Temper LIVELY = new Temper(0.5, 0, 0, 0, 0.05, Integer.MAX_VALUE);

    final VirtualWorld world;
    final Waiting waiting;
    final ScriptedModel candidate;
    final ScriptedModel baseline;
    final RecordedEvents events = new RecordedEvents();

    private final long seed;
    private UnaryOperator<AgentSettings.Builder> agent = UnaryOperator.identity();
    private BreakerSettings breaker = BreakerSettings.DEFAULT;
    ModelRegistry registry;

    HedgedWorld(long seed) {
        this.seed = seed;
        world = new VirtualWorld(seed, LIVELY);
        waiting = new Waiting(world, world);
        candidate = ScriptedModel.on(waiting);
        baseline = ScriptedModel.on(waiting);
    }

    HedgedWorld agent(UnaryOperator<AgentSettings.Builder> change) {
        agent = change;
        return this;
    }

    HedgedWorld breaker(BreakerSettings settings) {
        breaker = settings;
        return this;
    }

    /** Plays to the end of all that was begun; then no permit may be out. */
    void play(Runnable main) {
        world.run("main", () -> {
            registry = SimulatedRegistry.open(
                    configuration(),
                    List.of(events),
                    waiting,
                    new SplittableRandom(seed),
                    new VirtualWorkers(world, hired -> {}));
            main.run();
            world.join();
            for (PermitGate gate : SimulatedRegistry.gates(registry).values()) {
                if (gate.inUse() + gate.waiting() > 0) {
                    throw new AssertionError("At rest " + gate);
                }
            }
            registry.close();
        });
    }

    private Configuration configuration() {
        return Configuration.builder()
                .model(model("candidate", candidate, new Price(2, 4)))
                .model(model("baseline", baseline, new Price(1, 3)))
                .agent(agent.apply(AgentSettings.builder(AGENT)
                                .baseline("baseline")
                                .candidate("candidate")
                                .timeout(Duration.ofSeconds(2))
                                .percentage(100)
                                .guard(GuardSettings.OFF)
                                .hedge(ALWAYS))
                        .build())
                .build();
    }

    private ModelSettings model(String name, ChatModel upstream, Price price) {
        return new ModelSettings(
                Deployment.builder(name).upstream(upstream).price(price).build(), breaker, null);
    }

    /** Returns how long something takes on the world's clock, in milliseconds. */
    long millis(Runnable work) {
        long began = world.elapsedNanos();
        work.run();
        return (world.elapsedNanos() - began) / 1_000_000;
    }

    /** How the attempts on a model ended, in order: null for an answer. */
    List<Event.AttemptFinished> attempts(String model) {
        return events.of(Event.AttemptFinished.class).stream()
                .filter(attempt -> attempt.model().equals(model))
                .toList();
    }

    /** What became of the hedges, in order. */
    List<HedgeResult> hedges() {
        return events.of(Event.Hedged.class).stream().map(Event.Hedged::result).toList();
    }

    Event.CallFinished finished() {
        return events.of(Event.CallFinished.class).get(0);
    }
}
