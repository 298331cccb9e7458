package dev.understudy;

import dev.understudy.breaker.BreakerStage;
import dev.understudy.breaker.ModelBreaker;
import dev.understudy.budget.Budget;
import dev.understudy.budget.BudgetGate;
import dev.understudy.budget.BudgetStage;
import dev.understudy.cache.CacheSettings;
import dev.understudy.cache.CacheStage;
import dev.understudy.cache.ResponseCache;
import dev.understudy.call.Chain;
import dev.understudy.call.Leg;
import dev.understudy.call.ModelStage;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.ConfigurationException;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Events;
import dev.understudy.event.Reading;
import dev.understudy.fallback.FallbackStage;
import dev.understudy.fallback.HedgeBudget;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.fallback.Hedging;
import dev.understudy.health.Health;
import dev.understudy.health.HealthCheck;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.Findings;
import dev.understudy.insight.Insight;
import dev.understudy.insight.LatencyWindow;
import dev.understudy.insight.Limits;
import dev.understudy.insight.Subject;
import dev.understudy.retry.RetryBudget;
import dev.understudy.retry.RetryStage;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.Ramp;
import dev.understudy.rollout.Rollout;
import dev.understudy.rollout.RolloutGuard;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.RolloutStage;
import dev.understudy.throttle.AdaptivePermits;
import dev.understudy.throttle.ConcurrencyLimit;
import dev.understudy.throttle.ModelLimiter;
import dev.understudy.throttle.PermitGate;
import dev.understudy.throttle.ThrottleStage;
import dev.understudy.time.Timer;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Turns a configuration into pipelines. What lives longer than a configuration is kept here, by name, and given to each new
 * set of pipelines: permits, breakers, limiters, budgets, caches, connections. Used by one thread at a time.
 *
 * <p>In two steps, so that nothing is ever half in force: {@link #compose} does all that may fail and touches nothing that
 * is in use; {@link #putInForce} changes limits and the like, which cannot fail.
 */
final class Assembly implements AutoCloseable {

    /** What belongs to a model, whoever calls it. */
    private record ModelState(
            ModelBreaker breaker,
            ModelLimiter limiter,
            RetryBudget budget,
            LatencyWindow latency,
            LatencyWindow firstContent) {

        /** Whether it could be asked right now, as far as the model itself is concerned. */
        private boolean isIdle() {
            return breaker.state() == CircuitState.CLOSED && limiter.closedNanos() == 0;
        }
    }

    /** What belongs to an agent, whichever models it has. */
    private static final class AgentState {
        private final PermitGate baselinePermits;
        private final PermitGate candidatePermits;
        private final HedgeBudget hedges = new HedgeBudget();
        private final AdaptivePermits baselineLimit;
        private final AdaptivePermits candidateLimit;
        private @Nullable ResponseCache cache;

        private AgentState(PermitGate baselinePermits, PermitGate candidatePermits, Waiting waiting) {
            this.baselinePermits = baselinePermits;
            this.candidatePermits = candidatePermits;
            this.baselineLimit = new AdaptivePermits(baselinePermits, waiting);
            this.candidateLimit = new AdaptivePermits(candidatePermits, waiting);
        }

        private boolean isBusy() {
            return baselinePermits.inUse()
                            + baselinePermits.waiting()
                            + candidatePermits.inUse()
                            + candidatePermits.waiting()
                    > 0;
        }

        private PermitGate permits(Variant variant) {
            return variant == Variant.CANDIDATE ? candidatePermits : baselinePermits;
        }

        private AdaptivePermits limit(Variant variant) {
            return variant == Variant.CANDIDATE ? candidateLimit : baselineLimit;
        }
    }

    /**
     * What one configuration becomes before it is in force.
     *
     * @param configuration what was composed
     * @param clients one for each provider, by name; those that are in force already among them
     * @param ramps one for each agent that has a candidate, by the agent's name; those that are in force already among them
     * @param budgets one for each agent that has one, by the agent's name; those that are in force already among them
     * @param pipelines one for each agent, by name
     */
    record Composition(
            Configuration configuration,
            Map<String, SharedClient> clients,
            Map<String, Ramp> ramps,
            Map<String, Budget> budgets,
            Map<String, Pipeline> pipelines) {}

    private final Waiting waiting;
    private final RandomGenerator random;
    private final Executor workers;
    private final Timer timer;
    private final Events events;
    private final Insight insight;
    private final Rollouts rollouts;
    private final Budgets budgets;
    private final Map<String, ProviderClient.Factory> factories;
    private final ConcurrencyLimit.@Nullable Factory learning;
    private final IntSupplier problems;

    private final Shelf<ModelState> models = new Shelf<>();
    private final Shelf<AgentState> agents = new Shelf<>();
    private final Shelf<PermitGate> providerPermits = new Shelf<>();
    /** The connections of the configuration in force. */
    private Map<String, SharedClient> clients = Map.of();
    /** These, and those that calls of earlier configurations still need. */
    private final Set<SharedClient> open = ConcurrentHashMap.newKeySet();

    Assembly(
            Waiting waiting,
            RandomGenerator random,
            Executor workers,
            Timer timer,
            Events events,
            Insight insight,
            Rollouts rollouts,
            Budgets budgets,
            Map<String, ProviderClient.Factory> factories,
            ConcurrencyLimit.@Nullable Factory learning,
            IntSupplier problems) {
        this.waiting = waiting;
        this.random = random;
        this.workers = workers;
        this.timer = timer;
        this.events = events;
        this.insight = insight;
        this.rollouts = rollouts;
        this.budgets = budgets;
        this.factories = factories;
        this.learning = learning;
        this.problems = problems;
    }

    /**
     * Composes the pipelines of all agents, and touches nothing that is in use.
     *
     * @throws ConfigurationException if that is not possible; then nothing is left of it
     */
    Composition compose(Configuration configuration) {
        Map<String, SharedClient> connected = new LinkedHashMap<>();
        Map<String, Pipeline> pipelines = new LinkedHashMap<>();
        Map<String, Ramp> ramps = new LinkedHashMap<>();
        Map<String, Budget> spending = new LinkedHashMap<>();
        Composition composition = new Composition(configuration, connected, ramps, spending, pipelines);
        try {
            for (Provider provider : configuration.providers().values()) {
                connected.put(provider.name(), connect(provider));
            }
            for (AgentSettings agent : configuration.agents().values()) {
                pipelines.put(agent.name(), pipeline(agent, composition));
            }
            return new Composition(
                    configuration,
                    Map.copyOf(connected),
                    Map.copyOf(ramps),
                    Map.copyOf(spending),
                    Map.copyOf(pipelines));
        } catch (RuntimeException | Error failed) {
            discard(composition);
            throw failed;
        }
    }

    /**
     * Lets a composition hold from now on. Nothing in here waits or fails.
     *
     * @return what remains to be done without a lock, for it calls others: listeners, workers
     */
    Runnable putInForce(Composition composition) {
        Configuration configuration = composition.configuration();
        for (Provider provider : configuration.providers().values()) {
            permits(provider).resize(provider.maxConcurrent(), 2 * provider.maxConcurrent());
        }
        configuration.models().values().forEach(this::adjust);
        configuration.agents().values().forEach(this::adjust);
        rollouts.putInForce(composition.ramps(), configuration);
        budgets.putInForce(composition.budgets(), configuration);
        composition.pipelines().values().forEach(pipeline -> insight.watch(subject(pipeline, configuration)));
        List<SharedClient> replaced = clients.values().stream()
                .filter(client -> !composition.clients().containsValue(client))
                .toList();
        clients = composition.clients();
        long now = waiting.nanoTime();
        models.named(configuration.models().keySet(), now);
        agents.named(configuration.agents().keySet(), now);
        providerPermits.named(configuration.providers().keySet(), now);
        clear();
        List<Reading> readings = readings(configuration, composition.pipelines());
        List<ModelBreaker> breakers = configuration.models().keySet().stream()
                .map(name -> model(name).breaker())
                .toList();
        return () -> {
            breakers.forEach(ModelBreaker::unlatch);
            replaced.forEach(SharedClient::release);
            events.observe(readings);
        };
    }

    /** Forgets a composition that will not be in force. */
    private void discard(Composition composition) {
        composition.pipelines().values().forEach(Pipeline::replace);
        composition.clients().forEach((name, client) -> {
            if (clients.get(name) != client) {
                client.release();
            }
        });
    }

    /** Lets go of what no configuration has named for a while. */
    void clear() {
        long now = waiting.nanoTime();
        models.clear(now, model -> false);
        agents.clear(now, AgentState::isBusy);
        providerPermits.clear(now, gate -> gate.inUse() + gate.waiting() > 0);
        insight.retain(agents.byName().keySet());
    }

    // The order of a call

    private Pipeline pipeline(AgentSettings agent, Composition composition) {
        Configuration configuration = composition.configuration();
        AgentState state = agentState(agent);
        ResponseCache cache = cache(agent, state);
        ModelSettings proven = model(configuration, agent.baseline());
        Budget budget = budgets.budget(agent);
        if (budget != null) {
            composition.budgets().put(agent.name(), budget);
        }
        Leg baseline = leg(agent, state, cache, budget, Variant.BASELINE, proven, composition);
        String name = agent.candidate();
        ModelSettings tried = name == null ? null : model(configuration, name);
        Leg candidate = tried == null ? null : leg(agent, state, cache, budget, Variant.CANDIDATE, tried, composition);
        boolean allowed = configuration.useFinetuned(agent);
        Ramp ramp = rollouts.ramp(agent, allowed);
        Rollout rollout;
        if (ramp == null) {
            rollout = new Rollout(agent.name(), name, allowed, agent.rollout()); // everybody is on the baseline
        } else {
            composition.ramps().put(agent.name(), ramp);
            RolloutSettings frozen = agent.rollout().withSalt(ramp.salt());
            BooleanSupplier spent = budget == null ? () -> false : budget::isBaselineOnly;
            rollout = new Rollout(agent.name(), name, allowed, frozen, ramp.inForce(), spent);
        }
        boolean fallback = configuration.useFallback(agent);
        List<Stage> stages = new ArrayList<>();
        if (budget != null) {
            stages.add(new BudgetStage(budget));
        }
        stages.add(new RolloutStage(rollout, ramp == null ? null : ramp.guard()));
        stages.add(new FallbackStage(
                baseline,
                candidate,
                fallback,
                agent.fallback(),
                modelState(proven).latency(),
                hedging(agent, state, proven, tried, composition)));
        return new Pipeline(
                agent,
                rollout,
                ramp,
                budget,
                Chain.of(stages),
                health(agent, rollout, ramp, budget, fallback),
                waiting,
                events,
                occupancy(composition, proven, tried));
    }

    /** Null where nothing is hedged. */
    private @Nullable Hedging hedging(
            AgentSettings agent,
            AgentState state,
            ModelSettings proven,
            @Nullable ModelSettings tried,
            Composition composition) {
        HedgeSettings settings = agent.hedge();
        if (settings == null || tried == null) {
            return null;
        }
        ModelState baseline = modelState(proven);
        ModelState candidate = modelState(tried);
        Provider provider =
                composition.configuration().providers().get(proven.deployment().provider());
        PermitGate shared = provider == null ? null : permits(provider);
        BooleanSupplier room =
                () -> baseline.isIdle() && state.baselinePermits.hasRoom() && (shared == null || shared.hasRoom());
        return new Hedging(
                settings,
                state.hedges,
                candidate.latency(),
                candidate.firstContent(),
                room,
                waiting.ticker(),
                timer,
                workers);
    }

    private Leg leg(
            AgentSettings agent,
            AgentState state,
            @Nullable ResponseCache cache,
            @Nullable Budget budget,
            Variant variant,
            ModelSettings settings,
            Composition composition) {
        Deployment deployment = settings.deployment();
        ModelState model = modelState(settings);
        Provider provider = composition.configuration().providers().get(deployment.provider());
        List<Stage> stages = new ArrayList<>();
        if (cache != null) {
            stages.add(new CacheStage(cache, waiting));
        }
        if (budget != null) {
            stages.add(new BudgetGate(budget));
        }
        stages.add(new RetryStage(agent.retry(), model.budget(), waiting, random));
        stages.add(new BreakerStage(model.breaker()));
        stages.add(new ThrottleStage(
                agent.throttle(),
                state.permits(variant),
                provider == null ? null : permits(provider),
                model.limiter(),
                state.limit(variant)));
        stages.add(new ModelStage(
                upstream(deployment, model, composition), model.latency(), model.firstContent(), waiting, workers));
        return new Leg(variant, deployment, Chain.of(stages));
    }

    private static ChatModel upstream(Deployment deployment, ModelState model, Composition composition) {
        if (deployment.upstream() != null) {
            return deployment.upstream();
        }
        SharedClient client = composition.clients().get(deployment.provider());
        if (client == null) {
            throw new IllegalStateException(
                    "Deployment '" + deployment.name() + "' passed the checks without provider");
        }
        return client.model(deployment, model.limiter());
    }

    /** Null where both models are Java objects: then there is nothing to close, and no call needs to be counted. */
    private static @Nullable Occupancy occupancy(
            Composition composition, ModelSettings baseline, @Nullable ModelSettings candidate) {
        Set<SharedClient> used = new LinkedHashSet<>();
        for (ModelSettings settings : candidate == null ? List.of(baseline) : List.of(baseline, candidate)) {
            SharedClient client =
                    composition.clients().get(settings.deployment().provider());
            if (client != null) {
                used.add(client);
            }
        }
        return used.isEmpty() ? null : new Occupancy(List.copyOf(used));
    }

    // What is kept from one configuration to the next

    /** The connections that are in force, or new ones where address, key or anything else of the provider has changed. */
    private SharedClient connect(Provider provider) {
        SharedClient known = clients.get(provider.name());
        if (known != null && known.provider().equals(provider)) {
            return known;
        }
        ProviderClient.Factory factory = factories.get(provider.api());
        if (factory == null) {
            throw new ConfigurationException(
                    "of provider '" + provider.name() + "'",
                    List.of("No module for api '" + provider.api() + "' is on the class path; known are "
                            + factories.keySet() + (factories.isEmpty() ? ". Add understudy-openai" : "")));
        }
        SharedClient client =
                new SharedClient(provider, factory.open(provider, waiting.ticker()), workers, open::remove);
        open.add(client);
        return client;
    }

    private PermitGate permits(Provider provider) {
        String name = provider.name();
        int limit = provider.maxConcurrent();
        return providerPermits.getOrPut(name, () -> PermitGate.forProvider(name, limit, 2 * limit, waiting));
    }

    private ModelState modelState(ModelSettings settings) {
        String name = settings.name();
        return models.getOrPut(
                name,
                () -> new ModelState(
                        new ModelBreaker(name, settings.breaker(), waiting, events),
                        new ModelLimiter(settings.rateLimit(), settings.tokenLimit(), waiting),
                        new RetryBudget(waiting.ticker()),
                        new LatencyWindow(waiting.ticker()),
                        new LatencyWindow(waiting.ticker())));
    }

    private void adjust(ModelSettings settings) {
        ModelState state = modelState(settings);
        state.breaker().reconfigure(settings.breaker());
        state.limiter().limit(settings.rateLimit(), settings.tokenLimit());
    }

    private AgentState agentState(AgentSettings agent) {
        String name = agent.name();
        if (agent.throttle().adaptive() != null && learning == null) {
            throw new ConfigurationException("of agent '" + name + "'", List.of(ConcurrencyLimit.Factory.MISSING));
        }
        int limit = AdaptivePermits.initial(agent.throttle());
        int queue = agent.throttle().queue();
        return agents.getOrPut(
                name,
                () -> new AgentState(
                        PermitGate.forAgent(name, limit, queue, waiting),
                        PermitGate.forAgent(name, limit, queue, waiting),
                        waiting));
    }

    /** The cache that the agent has, or a new one; null if it is to have none. */
    private @Nullable ResponseCache cache(AgentSettings agent, AgentState state) {
        CacheSettings settings = agent.cache();
        if (settings != null && state.cache == null) {
            state.cache = new ResponseCache(settings, waiting.ticker());
        }
        return settings == null ? null : state.cache;
    }

    private void adjust(AgentSettings agent) {
        AgentState state = agentState(agent);
        state.baselineLimit.reconfigure(agent.throttle(), agent.baseline(), learning);
        String candidate = agent.candidate();
        state.candidateLimit.reconfigure(agent.throttle(), candidate == null ? "" : candidate, learning);
        CacheSettings settings = agent.cache();
        if (settings == null) {
            state.cache = null;
        } else if (state.cache != null) {
            state.cache.reconfigure(settings);
        }
    }

    private ModelState model(String name) {
        ModelState state = models.get(name);
        if (state == null) {
            throw new IllegalStateException("Model '" + name + "' passed the checks without being defined");
        }
        return state;
    }

    private static ModelSettings model(Configuration configuration, String name) {
        ModelSettings settings = configuration.models().get(name);
        if (settings == null) {
            throw new IllegalStateException("Model '" + name + "' passed the checks without being defined");
        }
        return settings;
    }

    // What can be read

    /** What the guard knows; a unit on a closed arm is as wrong as a split can be. */
    private static Findings findings(@Nullable Ramp ramp) {
        if (ramp == null) {
            return Findings.NONE;
        }
        RolloutGuard guard = ramp.guard();
        long units = guard.exposures();
        return new Findings(
                guard.evidence(),
                new Comparison.Split(
                        guard.intendedShare(),
                        units,
                        Math.min(units, guard.candidateExposures()),
                        guard.leaked() ? Double.POSITIVE_INFINITY : guard.splitLogWealth()));
    }

    /** What the guard holds a candidate against; an experiment's p95 where it has no limit of its own. */
    private static Limits limits(AgentSettings agent) {
        GuardSettings guard = agent.rollout().guard();
        Duration p95 = guard.p95();
        if (p95 == null && agent.experiment() != null) {
            p95 = agent.experiment().p95();
        }
        return new Limits(p95, guard.maxErrorRate());
    }

    private static Subject subject(Pipeline pipeline, Configuration configuration) {
        AgentSettings agent = pipeline.agent();
        String candidate = agent.candidate();
        String provider = model(configuration, agent.baseline()).deployment().provider();
        boolean shared = candidate != null
                && provider != null
                && provider.equals(model(configuration, candidate).deployment().provider());
        Rollout rollout = pipeline.rollout();
        return new Subject(
                agent.name(),
                agent.baseline(),
                candidate,
                shared,
                limits(agent),
                agent.experiment(),
                () -> rollout.share().percent(),
                () -> findings(pipeline.ramp()));
    }

    /** The breakers are looked up here, not when asked: a reload may be under way then. */
    private Supplier<Health> health(
            AgentSettings agent, Rollout rollout, @Nullable Ramp ramp, @Nullable Budget budget, boolean useFallback) {
        ModelBreaker baseline = model(agent.baseline()).breaker();
        String candidate = agent.candidate();
        ModelBreaker other = candidate == null ? null : model(candidate).breaker();
        return () -> {
            HealthCheck check = HealthCheck.of(agent.name(), agent.baseline(), baseline.state())
                    .useFallback(useFallback)
                    .recent(insight.recent(agent.name()));
            if (candidate != null && other != null) {
                check.candidate(candidate, other.state(), rollout.share());
            }
            Health health = ramp == null ? check.judge() : Rollouts.and(check.judge(), ramp);
            return budget == null ? health : Budgets.and(health, budget);
        };
    }

    private List<Reading> readings(Configuration configuration, Map<String, Pipeline> pipelines) {
        List<Reading> readings = new ArrayList<>();
        for (Pipeline pipeline : pipelines.values()) {
            AgentSettings agent = pipeline.agent();
            AgentState state = agentState(agent);
            for (Variant variant : Variant.values()) {
                String model = variant == Variant.BASELINE ? agent.baseline() : agent.candidate();
                if (model != null) {
                    Map<String, String> tags = Map.of("agent", agent.name(), "model", model);
                    PermitGate permits = state.permits(variant);
                    readings.add(new Reading("model.inflight", "Attempts on the wire", tags, permits::inUse));
                    readings.add(new Reading("model.queue", "Callers waiting for a permit", tags, permits::waiting));
                    readings.add(new Reading(
                            "model.concurrency.limit",
                            "Attempts that may be on the wire at once: as configured, or as learnt",
                            tags,
                            permits::limit));
                }
            }
            if (agent.hedge() != null && agent.candidate() != null) {
                readings.add(new Reading(
                        Reading.HEDGE_BUDGET,
                        "Hedges that the budget would allow at once",
                        Map.of("agent", agent.name()),
                        state.hedges::available));
            }
            Rollout rollout = pipeline.rollout();
            readings.add(new Reading(
                    "model.rollout.percentage",
                    "Share of units on the candidate, in per cent",
                    Map.of("agent", agent.name()),
                    () -> rollout.share().percent()));
            Budget budget = pipeline.budget();
            if (budget != null) {
                readings.addAll(Budgets.readings(budget));
            }
            Ramp ramp = pipeline.ramp();
            if (ramp != null) {
                readings.add(new Reading(
                        Reading.ROLLOUT_PHASE,
                        "Rollout: 0 off, 1 running, 2 hold, 3 quarantined, 4 rolled back, 5 completed",
                        Map.of("agent", agent.name(), "model", ramp.candidate()),
                        () -> ramp.state().phase().ordinal()));
            }
        }
        for (String name : configuration.models().keySet()) {
            ModelBreaker breaker = model(name).breaker();
            readings.add(new Reading(
                    "model.circuit.state",
                    "Circuit breaker: 0 closed, 1 half-open, 2 open, 3 latched",
                    Map.of("model", name),
                    () -> breaker.state().ordinal()));
        }
        readings.add(new Reading(
                "model.config.problems",
                "What is wrong with the configuration file as it is now; 0 while it is in force",
                Map.of(),
                problems::getAsInt));
        return readings;
    }

    /** Returns attempts that hold a permit now, of all agents. */
    int inFlight() {
        int sum = 0;
        for (AgentState agent : agents.all()) {
            sum += agent.baselinePermits.inUse() + agent.candidatePermits.inUse();
        }
        return sum;
    }

    /** Returns all permits, those of agents as {@code agent/BASELINE} and {@code agent/CANDIDATE}. */
    Map<String, PermitGate> gates() {
        Map<String, PermitGate> gates = new TreeMap<>(providerPermits.byName());
        agents.byName().forEach((name, state) -> {
            gates.put(name + "/BASELINE", state.baselinePermits);
            gates.put(name + "/CANDIDATE", state.candidatePermits);
        });
        return gates;
    }

    /** Returns how many provider clients are open. */
    int openClients() {
        return open.size();
    }

    /** Closes all connections. Idempotent. */
    @Override
    public void close() {
        open.forEach(SharedClient::close);
    }
}
