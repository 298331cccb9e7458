package dev.understudy;

import dev.understudy.budget.Budget;
import dev.understudy.call.CallOptions;
import dev.understudy.call.ChatCall;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.ProviderClient;
import dev.understudy.config.Configuration;
import dev.understudy.config.ConfigurationFile;
import dev.understudy.config.ConfigurationReader;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.Events;
import dev.understudy.event.Listener;
import dev.understudy.health.Health;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.Insight;
import dev.understudy.insight.Minute;
import dev.understudy.insight.Timeline;
import dev.understudy.log.LogListener;
import dev.understudy.report.RolloutReport;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Steering;
import dev.understudy.store.FileRolloutStore;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.throttle.ConcurrencyLimit;
import dev.understudy.throttle.PermitGate;
import dev.understudy.time.Timer;
import dev.understudy.time.Waiting;
import dev.understudy.time.WorkerTimer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers calls of the agents that a configuration names: throttled, bounded by a deadline, guarded by circuit breakers,
 * cached, split between baseline and candidate, and answered by the baseline where the candidate falters.
 *
 * <pre>{@code
 * try (ModelRegistry registry = ModelRegistry.fromYaml(Path.of("understudy.yaml"))) {
 *     ChatResponse reply = registry.chat("qa_agent", List.of(Message.user("Where is my parcel?")));
 *     System.out.println(reply.text() + " by " + reply.model());
 * }
 * }</pre>
 *
 * <p>One registry serves a whole application, from any number of threads. {@link #close()} ends calls in flight.
 */
public final class ModelRegistry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

    /** How long {@link #close()} waits for cancelled calls to let go of the wire. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How often slices of calls are put away, five seconds each. */
    private static final Duration INSIGHT_INTERVAL = Duration.ofSeconds(5);

    /** How often rollouts are looked after: a person's command in another process is seen within two of these. */
    private static final Duration ROLLOUT_INTERVAL = Duration.ofSeconds(1);

    /** How often what was spent is written down: so much of it a process that is killed takes with it. */
    private static final Duration BUDGET_INTERVAL = Duration.ofSeconds(5);

    /** What one configuration made: read once by each call. */
    private record Snapshot(Configuration configuration, Map<String, Pipeline> pipelines) {}

    private final Waiting waiting;
    private final ExecutorService workers;
    private final Events events;
    private final Insight insight;
    private final Rollouts rollouts;
    private final Budgets budgets;
    private final Assembly assembly;
    /** What is done in the background; complete before the first of them starts. */
    private final List<Rounds> rounds = new ArrayList<>();

    /** Among them: it starts with the first candidate. */
    private final Rounds rolloutRounds;

    /** Among them: it starts with the first budget. */
    private final Rounds budgetRounds;

    private final boolean simulated;
    private final AtomicBoolean rolloutsStarted = new AtomicBoolean();
    private final AtomicBoolean budgetsStarted = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    /** One configuration at a time is made into pipelines. */
    private final ReentrantLock installing = new ReentrantLock();

    private volatile Snapshot snapshot;
    private final @Nullable Reload reload;
    private final @Nullable Path configurationFile;

    private ModelRegistry(Builder builder) {
        ConfigurationFile file = builder.configurationFile();
        configurationFile = file == null ? null : file.path();
        Configuration configuration = file == null ? builder.configuration() : file.load();
        waiting = builder.waiting;
        workers = builder.workers != null ? builder.workers : Workers.create();
        List<Listener> listeners = new ArrayList<>(builder.listeners);
        RolloutStore store = builder.store(configuration);
        insight = new Insight(waiting.ticker(), builder.wall, store);
        listeners.add(insight);
        listeners.add(new LogListener(waiting.ticker()));
        events = new Events(listeners, workers);
        simulated = builder.simulated;
        rollouts = new Rollouts(store, waiting, builder.wall, events, this::lookSoon);
        rolloutRounds = new Rounds("rollout", ROLLOUT_INTERVAL, rollouts::look, waiting, workers);
        budgets = new Budgets(
                store, waiting.ticker(), builder.wall, events, builder.random.nextLong(), this::balanceSoon);
        budgetRounds = new Rounds("budget", BUDGET_INTERVAL, budgets::round, waiting, workers);
        assembly = new Assembly(
                waiting,
                builder.random,
                workers,
                builder.timer != null ? builder.timer : new WorkerTimer(waiting, workers),
                events,
                insight,
                rollouts,
                budgets,
                ProviderClient.factories(),
                ConcurrencyLimit.Factory.installed().orElse(null),
                () -> configurationProblems().size());
        rounds.add(new Rounds("insight", INSIGHT_INTERVAL, insight::round, waiting, workers));
        rounds.add(rolloutRounds);
        rounds.add(budgetRounds);
        try {
            events.configured(Destinations.of(configuration));
            Assembly.Composition first = assembly.compose(configuration);
            snapshot = new Snapshot(configuration, first.pipelines());
            assembly.putInForce(first).run();
            rollouts.look();
            budgets.round();
            insight.load();
        } catch (RuntimeException | Error failed) {
            close(); // connections that were opened before it failed
            throw failed;
        }
        reload = follow(file, builder.reloadEvery);
        if (!simulated) {
            rounds.stream()
                    .filter(each -> each != rolloutRounds && each != budgetRounds)
                    .forEach(Rounds::start);
        }
        startWhatIsNeeded();
    }

    /** Starts the rounds that have something to do since the latest configuration. */
    private void startWhatIsNeeded() {
        if (!simulated && !rollouts.isEmpty() && rolloutsStarted.compareAndSet(false, true)) {
            rolloutRounds.start();
        }
        if (!simulated && !budgets.isEmpty() && budgetsStarted.compareAndSet(false, true)) {
            budgetRounds.start();
        }
    }

    private void lookSoon() {
        rolloutRounds.now();
    }

    private void balanceSoon() {
        budgetRounds.now();
    }

    private @Nullable Reload follow(@Nullable ConfigurationFile file, Duration every) {
        if (file == null || every.isZero()) {
            return null;
        }
        if (!file.isRegular()) {
            LOG.info("{} is not a regular file: it was read once, and changes are not followed", file.path());
            return null;
        }
        Reload following =
                new Reload(file, every, this::configuration, this::install, this::tidy, events, waiting, workers);
        rounds.add(following.rounds());
        return following;
    }

    /**
     * Loads a configuration file, starts, and follows the file from then on: what is changed in it while the registry runs
     * is in force a second or two later.
     *
     * @param file the YAML file
     * @return a new registry
     * @throws dev.understudy.error.ConfigurationException if the file cannot be read or used; it names every problem
     */
    public static ModelRegistry fromYaml(Path file) {
        return builder().configFile(file).build();
    }

    /**
     * Starts with nothing configured.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    // Calls

    /**
     * Asks an agent.
     *
     * @param agent the agent's name in the configuration
     * @param messages the conversation; at least one message
     * @return the answer, from whichever model gave it
     * @throws ChatException if there was no answer in time; its {@link ChatException#kind()} says why
     */
    public ChatResponse chat(String agent, List<Message> messages) {
        return chat(agent, ChatRequest.of(messages), CallOptions.DEFAULT);
    }

    /**
     * Asks an agent.
     *
     * @param agent the agent's name in the configuration
     * @param messages the conversation; at least one message
     * @param options what this call wants otherwise than configured
     * @return the answer, from whichever model gave it
     * @throws ChatException if there was no answer in time; its {@link ChatException#kind()} says why
     */
    public ChatResponse chat(String agent, List<Message> messages, CallOptions options) {
        return chat(agent, ChatRequest.of(messages), options);
    }

    /**
     * Asks an agent.
     *
     * @param agent the agent's name in the configuration
     * @param request messages, parameters, tools
     * @return the answer, from whichever model gave it
     * @throws ChatException if there was no answer in time; its {@link ChatException#kind()} says why
     */
    public ChatResponse chat(String agent, ChatRequest request) {
        return chat(agent, request, CallOptions.DEFAULT);
    }

    /**
     * Asks an agent.
     *
     * @param agent the agent's name in the configuration
     * @param request messages, parameters, tools
     * @param options what this call wants otherwise than configured
     * @return the answer, from whichever model gave it
     * @throws ChatException if there was no answer in time; its {@link ChatException#kind()} says why
     */
    public ChatResponse chat(String agent, ChatRequest request, CallOptions options) {
        while (true) {
            Pipeline pipeline = pipeline(agent);
            ChatCall call = pipeline.start(request, options);
            if (call != null) {
                return pipeline.run(call);
            }
        }
    }

    /**
     * Asks an agent without waiting.
     *
     * @param agent the agent's name in the configuration
     * @param messages the conversation; at least one message
     * @return the answer to come; cancelling it cancels the request on the wire
     */
    public CompletableFuture<ChatResponse> chatAsync(String agent, List<Message> messages) {
        return chatAsync(agent, ChatRequest.of(messages), CallOptions.DEFAULT);
    }

    /**
     * Asks an agent without waiting.
     *
     * @param agent the agent's name in the configuration
     * @param messages the conversation; at least one message
     * @param options what this call wants otherwise than configured
     * @return the answer to come; cancelling it cancels the request on the wire
     */
    public CompletableFuture<ChatResponse> chatAsync(String agent, List<Message> messages, CallOptions options) {
        return chatAsync(agent, ChatRequest.of(messages), options);
    }

    /**
     * Asks an agent without waiting. The deadline runs from here: time spent waiting for a thread counts.
     *
     * @param agent the agent's name in the configuration
     * @param request messages, parameters, tools
     * @param options what this call wants otherwise than configured
     * @return the answer to come, or the {@link ChatException}; cancelling it, or timing it out, cancels the request on
     *     the wire
     */
    public CompletableFuture<ChatResponse> chatAsync(String agent, ChatRequest request, CallOptions options) {
        return begin(agent, request, options, null);
    }

    private CompletableFuture<ChatResponse> begin(
            String agent, ChatRequest request, CallOptions options, @Nullable StreamListener listener) {
        Pipeline pipeline;
        ChatCall call;
        do {
            try {
                pipeline = pipeline(agent);
            } catch (ChatException unknown) {
                return CompletableFuture.failedFuture(unknown);
            }
            call = pipeline.start(request, options, listener);
        } while (call == null); // another configuration came into force in between
        CallFuture future = new CallFuture(pipeline, call);
        try {
            workers.execute(future);
        } catch (RejectedExecutionException full) {
            future.completeExceptionally(pipeline.refuse(call, noWorker(agent, full)));
        }
        return future;
    }

    /**
     * Asks an agent, and hears the answer while it is given. The same call as {@link #chat}, with the same failover as long
     * as nothing was heard; a lambda never consents to a restart, so that what it heard stays true.
     *
     * @param agent the agent's name in the configuration
     * @param messages the conversation; at least one message
     * @param listener hears the text, on this thread
     * @return the whole answer, when it is complete
     * @throws ChatException if there was no complete answer in time; {@link ChatException#partialText()} is what had come of it
     */
    public ChatResponse stream(String agent, List<Message> messages, StreamListener listener) {
        return stream(agent, ChatRequest.of(messages), CallOptions.DEFAULT, listener);
    }

    /**
     * Asks an agent, and hears the answer while it is given.
     *
     * @param agent the agent's name in the configuration
     * @param messages the conversation; at least one message
     * @param options what this call wants otherwise than configured
     * @param listener hears the text, on this thread, and says whether an answer may begin anew
     * @return the whole answer, when it is complete
     * @throws ChatException if there was no complete answer in time; {@link ChatException#partialText()} is what had come of it
     */
    public ChatResponse stream(String agent, List<Message> messages, CallOptions options, StreamListener listener) {
        return stream(agent, ChatRequest.of(messages), options, listener);
    }

    /**
     * Asks an agent, and hears the answer while it is given.
     *
     * @param agent the agent's name in the configuration
     * @param request messages, parameters, tools
     * @param options what this call wants otherwise than configured
     * @param listener hears the text, on this thread, and says whether an answer may begin anew
     * @return the whole answer, when it is complete; the tools it wants called are only here
     * @throws ChatException if there was no complete answer in time; {@link ChatException#partialText()} is what had come of it
     */
    public ChatResponse stream(String agent, ChatRequest request, CallOptions options, StreamListener listener) {
        Objects.requireNonNull(listener, "listener");
        while (true) {
            Pipeline pipeline = pipeline(agent);
            ChatCall call = pipeline.start(request, options, listener);
            if (call != null) {
                return pipeline.run(call);
            }
        }
    }

    /**
     * Asks an agent without waiting, and hears the answer while it is given.
     *
     * @param agent the agent's name in the configuration
     * @param request messages, parameters, tools
     * @param options what this call wants otherwise than configured
     * @param listener hears the text, on a thread of the registry
     * @return the whole answer to come, or the {@link ChatException}; cancelling it ends the stream on the wire
     */
    public CompletableFuture<ChatResponse> streamAsync(
            String agent, ChatRequest request, CallOptions options, StreamListener listener) {
        return begin(agent, request, options, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Asks an agent, for reactive callers: the text of one answer, a new call for each subscriber, which begins when it
     * subscribes. What is not requested yet waits in a bounded buffer, and then the model waits. Cancelling the subscription
     * ends the stream on the wire. Nothing begins anew after the first piece: then the subscriber is told of the failure.
     *
     * @param agent the agent's name in the configuration
     * @param request messages, parameters, tools
     * @param options what this call wants otherwise than configured
     * @return publishes pieces of text, and completes when the answer is complete
     */
    public Flow.Publisher<String> publisher(String agent, ChatRequest request, CallOptions options) {
        return AnswerPublisher.ofText(this, waiting, agent, request, options);
    }

    /**
     * Asks an agent, for reactive callers that start over when told so: like {@link #publisher}, with everything that
     * happens to the answer as an element. Whoever subscribes consents to restarts.
     *
     * @param agent the agent's name in the configuration
     * @param request messages, parameters, tools
     * @param options what this call wants otherwise than configured
     * @return publishes {@link StreamPart.Text}, {@link StreamPart.Restart} and, last, the {@link StreamPart.Answer}
     */
    public Flow.Publisher<StreamPart> parts(String agent, ChatRequest request, CallOptions options) {
        return AnswerPublisher.ofParts(this, waiting, agent, request, options);
    }

    private ChatException noWorker(String agent, RejectedExecutionException full) {
        return waiting.isClosed()
                ? FailureKind.CANCELLED.exception("The registry is closed", Origin.NONE, null)
                : FailureKind.OVERLOADED.exception(
                        "No worker is free for a call of agent '" + agent + "'",
                        new Origin(null, "workers", 0, null, null, null),
                        full);
    }

    // Questions

    /**
     * Says whether it has been closed, so that no call is answered any more.
     *
     * @return whether {@link #close()} was called
     */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Returns the agents that can be asked.
     *
     * @return their names, sorted
     */
    public Set<String> agents() {
        return new TreeSet<>(snapshot.pipelines().keySet());
    }

    /**
     * Returns which model would serve a call that names no unit, and why.
     *
     * @param agent the agent's name in the configuration
     * @return the choice, and the share of units that are on the candidate
     */
    public ModelChoice model(String agent) {
        return model(agent, CallOptions.DEFAULT);
    }

    /**
     * Returns which model would serve a call with these options, and why.
     *
     * @param agent the agent's name in the configuration
     * @param options the unit, and what else the call would say
     * @return the choice, and the share of units that are on the candidate
     */
    public ModelChoice model(String agent, CallOptions options) {
        return pipeline(agent).choice(options);
    }

    /**
     * Returns whether an agent can answer, and why.
     *
     * @param agent the agent's name in the configuration
     * @return UP, DEGRADED or DOWN with a reason
     */
    public Health health(String agent) {
        Health health = pipeline(agent).health();
        return reload == null ? health : reload.and(health);
    }

    /**
     * Returns what is wrong with the configuration file as it is now. Until it is mended, the configuration that was read
     * before it stays in force.
     *
     * @return one sentence for each problem, in the order of the file; empty while what it says is in force, and where no
     *     file is followed
     */
    public List<String> configurationProblems() {
        return reload == null ? List.of() : reload.problems();
    }

    /**
     * Tells what an agent's calls of the last minute were like: how they ended, how long they took, what they cost.
     *
     * @param agent the agent's name in the configuration
     * @return what was seen until now
     */
    public Minute lastMinute(String agent) {
        pipeline(agent);
        return insight.lastMinute(agent);
    }

    /**
     * Returns the file that the configuration was read from.
     *
     * @return the file as it was named; empty for a configuration that was built in Java
     */
    public Optional<Path> configurationFile() {
        return Optional.ofNullable(configurationFile);
    }

    /**
     * Looks at the configuration file at once instead of at its next turn: for who has just changed it. What was changed is in
     * force within half a second, if it is good and nobody goes on writing.
     *
     * @return whether there is a file that is followed; if not, nothing happens
     */
    public boolean lookAtConfiguration() {
        if (reload == null) {
            return false;
        }
        reload.rounds().now();
        return true;
    }

    /**
     * Compares an agent's candidate with its baseline.
     *
     * @param agent the agent's name in the configuration
     * @param window how far back to look: the shortest of 5 min, 1 h, 24 h and {@link Comparison#WHOLE_ROLLOUT} that covers it
     * @return both beside each other, with bounds, the split, the evidence, and what follows
     * @throws IllegalArgumentException if the window is not positive
     */
    public Comparison compare(String agent, Duration window) {
        pipeline(agent);
        return insight.compare(agent, window);
    }

    /**
     * Tells how an agent fared over time.
     *
     * @param agent the agent's name in the configuration
     * @param back how far back to look: up to 30 min in points of 5 s, up to 6 h in points of 1 min, else 8 days in points of
     *     10 min
     * @return the points, from the first of which anything is known to the current one
     * @throws IllegalArgumentException if the time is not positive
     */
    public Timeline timeline(String agent, Duration back) {
        pipeline(agent);
        return insight.timeline(agent, back);
    }

    /**
     * Tells how an agent's rollout stands, and who decides about it.
     *
     * @param agent the agent's name in the configuration
     * @return phase, share, evidence and history; for an agent without a candidate, that there is nothing to decide
     */
    public RolloutStatus rollout(String agent) {
        Pipeline pipeline = pipeline(agent);
        RolloutStatus status = rollouts.status(pipeline.agent(), pipeline.ramp());
        Budget budget = pipeline.budget();
        return budget == null ? status : Budgets.and(status, budget, pipeline.rollout());
    }

    /**
     * Tells how an agent's budget stands.
     *
     * @param agent the agent's name in the configuration
     * @return limit, period, what was spent and what happens at the limit; empty for an agent without a budget
     */
    public Optional<BudgetStatus> budget(String agent) {
        return Optional.ofNullable(pipeline(agent).budget()).map(Budget::status);
    }

    /**
     * Reports on an agent's whole rollout: what happened, when, and what was done, as one page for people.
     *
     * @param agent the agent's name in the configuration
     * @return a report whose charts begin before the first decision that is remembered, at most 8 days ago
     */
    public RolloutReport report(String agent) {
        return reports().whole(agent);
    }

    /**
     * Reports on the latest part of an agent's rollout.
     *
     * @param agent the agent's name in the configuration
     * @param back how far back charts and comparison look, as in {@link #timeline} and {@link #compare}
     * @return a report that also has all decisions that are remembered, older ones too
     * @throws IllegalArgumentException if the time is not positive
     */
    public RolloutReport report(String agent, Duration back) {
        return reports().latest(agent, back);
    }

    private Reports reports() {
        return new Reports(this);
    }

    /**
     * Lets a person steer an agent's rollout: hold the ramp, let it go on, re-arm a candidate that was rolled back.
     *
     * @param agent the agent's name in the configuration
     * @return what a person may do; each change is in force within milliseconds
     */
    public Steering steer(String agent) {
        return rollouts.steering(pipeline(agent).agent().name());
    }

    /**
     * Answers the experiment that an agent's configuration describes.
     *
     * @param agent the agent's name in the configuration
     * @return accept, reject or go on, with the table of criteria
     */
    public ExperimentResult experiment(String agent) {
        pipeline(agent);
        return insight.experiment(agent);
    }

    Pipeline pipeline(String agent) {
        Map<String, Pipeline> pipelines = snapshot.pipelines();
        Pipeline pipeline = pipelines.get(Objects.requireNonNull(agent, "agent"));
        if (pipeline == null) {
            throw FailureKind.INVALID_REQUEST.exception(
                    "There is no such agent; known are " + new TreeSet<>(pipelines.keySet()), Origin.NONE, null);
        }
        return pipeline;
    }

    /**
     * Replaces the configuration, or leaves everything as it is where that is not possible. Calls in flight end on the one
     * that they began with; permits, breakers, limiters, caches and stickiness stay.
     *
     * @throws dev.understudy.error.ConfigurationException if the configuration cannot be used after all
     */
    void install(Configuration configuration) {
        if (closed.get()) {
            return;
        }
        Configuration former = snapshot.configuration();
        events.configured(Destinations.of(configuration)); // before the first call goes there
        try {
            replace(configuration);
        } catch (RuntimeException | Error failed) {
            events.configured(Destinations.of(former));
            throw failed;
        }
        // Outside the lock, for it waits for the store.
        rollouts.look();
        budgets.round();
        startWhatIsNeeded();
    }

    private void replace(Configuration configuration) {
        Map<String, Pipeline> before;
        Runnable rest;
        installing.lock();
        try {
            if (closed.get()) {
                return;
            }
            Assembly.Composition next = assembly.compose(configuration);
            before = snapshot.pipelines();
            snapshot = new Snapshot(configuration, next.pipelines());
            rest = assembly.putInForce(next);
        } finally {
            installing.unlock();
        }
        before.values().forEach(Pipeline::replace); // whoever is turned away finds the new ones
        rest.run();
    }

    private void tidy() {
        installing.lock();
        try {
            assembly.clear();
        } finally {
            installing.unlock();
        }
    }

    /**
     * Returns the configuration in force: what was read last and could be used.
     *
     * @return a snapshot; a later one replaces it, and this one stays as it is
     */
    public Configuration configuration() {
        return snapshot.configuration();
    }

    /** All permits by agent and variant or by provider, for tests. */
    Map<String, PermitGate> gates() {
        installing.lock();
        try {
            return assembly.gates();
        } finally {
            installing.unlock();
        }
    }

    /** How many provider clients are open, for tests. */
    int openClients() {
        return assembly.openClients();
    }

    /** Looks after rollouts and budgets now, for tests and simulations. */
    void tick() {
        rollouts.look();
        budgets.round();
    }

    /** What is done in the background, for a simulation, which does it when it likes. */
    List<Rounds> rounds() {
        return List.copyOf(rounds);
    }

    // The end

    /**
     * Ends calls in flight, which fail with {@link dev.understudy.error.CancelledException}, and closes all connections and
     * threads. Takes a few milliseconds; where a model or a listener minds nothing, 2 s for each of the two, after which
     * their threads are interrupted. Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        waiting.close();
        disconnect();
        waiting.drain(() -> inFlight() + underWay(), CLOSE_NANOS);
        saveRollouts();
        budgets.round(); // what was spent last goes with the next start
        insight.close(); // after the last round and the last call
        events.observe(List.of()); // who shows readings lets go of them
        events.close();
        waiting.drain(events::pending, CLOSE_NANOS);
        workers.shutdownNow(); // whoever still runs minds neither deadline nor us: a model, or a listener
    }

    /** What the guards have seen last goes with the next start. */
    private void saveRollouts() {
        try {
            rollouts.close();
        } catch (RuntimeException broken) {
            LOG.error("Rollouts could not be saved: {}", broken.getClass().getName());
        }
    }

    /** After this, nothing is installed any more. */
    private void disconnect() {
        installing.lock();
        try {
            assembly.close();
        } finally {
            installing.unlock();
        }
    }

    private int underWay() {
        int sum = 0;
        for (Rounds each : rounds) {
            sum += each.underWay();
        }
        return sum;
    }

    private int inFlight() {
        installing.lock();
        try {
            return assembly.inFlight();
        } finally {
            installing.unlock();
        }
    }

    /** Collects what a registry needs. Not thread-safe. */
    public static final class Builder {
        /** The wall clock of a simulation: always the same, so that the same seed gives the same run. */
        private static final Instant SIMULATION_BEGINS = Instant.parse("2026-01-01T00:00:00Z");

        private @Nullable Path file;
        private @Nullable Configuration configuration;
        private final List<Listener> listeners = new ArrayList<>();
        private Waiting waiting = Waiting.system();
        private InstantSource wall = InstantSource.system();
        private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        private @Nullable ExecutorService workers;
        private @Nullable Timer timer;
        private @Nullable RolloutStore store;
        private boolean simulated;
        private Duration reloadEvery = Reload.DEFAULT_EVERY;

        private Builder() {}

        /**
         * Where the configuration is. The file is followed while the registry runs.
         *
         * @param value a YAML file
         * @return this
         */
        public Builder configFile(Path value) {
            file = Objects.requireNonNull(value, "file");
            return this;
        }

        /**
         * How often to look whether the configuration file, or a key file that it names, has changed. A change is in force
         * at most this and a second later. It says nothing for a configuration built in Java.
         *
         * @param value 10 ms to 1 h, or zero to read the file once and never again; default 1 s
         * @return this
         */
        public Builder reloadEvery(Duration value) {
            reloadEvery = Reload.checked(value);
            return this;
        }

        /**
         * The configuration itself, built in Java.
         *
         * @param value the configuration
         * @return this
         */
        public Builder configuration(Configuration value) {
            configuration = Objects.requireNonNull(value, "configuration");
            return this;
        }

        /**
         * Who hears what happens. May be called several times.
         *
         * @param value the listener
         * @return this
         */
        public Builder listener(Listener value) {
            listeners.add(Objects.requireNonNull(value, "listener"));
            return this;
        }

        /**
         * Where the state of rollouts survives restarts. It may be one that a whole fleet shares.
         *
         * @param value the store; default: files in {@code state.directory}, which is beside the configuration file unless it
         *     is said; in memory for a configuration that is built in Java and names none
         * @return this
         */
        public Builder rolloutStore(RolloutStore value) {
            store = Objects.requireNonNull(value, "store");
            return this;
        }

        private RolloutStore store(Configuration used) {
            if (store != null) {
                return store;
            }
            Path directory = file == null ? used.stateDirectory() : used.stateDirectory(file);
            return directory == null ? new InMemoryRolloutStore() : new FileRolloutStore(directory);
        }

        /**
         * The seams of the simulation: clock, waiting, chance and threads come in from outside, and no rounds start by
         * themselves: see {@link ModelRegistry#rounds()}.
         */
        Builder seams(Waiting outsideWaiting, RandomGenerator outsideRandom, ExecutorService outsideWorkers) {
            waiting = outsideWaiting;
            long startNanos = outsideWaiting.nanoTime();
            wall = () -> SIMULATION_BEGINS.plusNanos(outsideWaiting.nanoTime() - startNanos);
            random = outsideRandom;
            workers = outsideWorkers;
            simulated = true;
            return this;
        }

        /** The seam of what begins at an instant, where a simulation wants to know for whom. */
        Builder timer(Timer outsideTimer) {
            timer = outsideTimer;
            return this;
        }

        private @Nullable ConfigurationFile configurationFile() {
            if ((file == null) == (configuration == null)) {
                throw new IllegalStateException("A registry needs a configFile or a configuration, and not both");
            }
            return file == null ? null : new ConfigurationFile(file, ConfigurationReader.installed());
        }

        private Configuration configuration() {
            return Objects.requireNonNull(configuration, "configuration");
        }

        /**
         * Starts the registry.
         *
         * @return a new registry
         * @throws dev.understudy.error.ConfigurationException if the configuration cannot be used
         */
        public ModelRegistry build() {
            return new ModelRegistry(this);
        }
    }
}
