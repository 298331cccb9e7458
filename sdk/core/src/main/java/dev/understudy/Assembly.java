package dev.understudy;

import dev.understudy.breaker.BreakerStage;
import dev.understudy.breaker.ModelBreaker;
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
import dev.understudy.event.Events;
import dev.understudy.event.Reading;
import dev.understudy.fallback.FallbackStage;
import dev.understudy.health.Health;
import dev.understudy.health.HealthCheck;
import dev.understudy.insight.LatencyWindow;
import dev.understudy.insight.OutcomeWindow;
import dev.understudy.retry.RetryBudget;
import dev.understudy.retry.RetryStage;
import dev.understudy.rollout.Rollout;
import dev.understudy.rollout.RolloutStage;
import dev.understudy.throttle.ModelLimiter;
import dev.understudy.throttle.PermitGate;
import dev.understudy.throttle.ThrottleStage;
import dev.understudy.time.Waiting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Turns a configuration into pipelines. What lives longer than a configuration is kept here, by name, and given to each new
 * set of pipelines: permits, breakers, limiters, budgets, caches, connections. Used by one thread at a time.
 */
final class Assembly implements AutoCloseable {

    /** What belongs to a model, whoever calls it. */
    private record ModelState(ModelBreaker breaker, ModelLimiter limiter, RetryBudget budget, LatencyWindow latency) {}

    /** What belongs to an agent, whichever models it has. */
    private static final class AgentState {
        private final PermitGate baselinePermits;
        private final PermitGate candidatePermits;
        private @Nullable ResponseCache cache;

        private AgentState(PermitGate baselinePermits, PermitGate candidatePermits) {
            this.baselinePermits = baselinePermits;
            this.candidatePermits = candidatePermits;
        }

        private PermitGate permits(Variant variant) {
            return variant == Variant.CANDIDATE ? candidatePermits : baselinePermits;
        }
    }

    /** What belongs to a provider. */
    private record ProviderState(Provider provider, ProviderClient client, PermitGate permits) {}

    private final Waiting waiting;
    private final RandomGenerator random;
    private final Executor workers;
    private final Events events;
    private final OutcomeWindow outcomes;
    private final Map<String, ProviderClient.Factory> factories;

    private final Map<String, ModelState> models = new LinkedHashMap<>();
    private final Map<String, AgentState> agents = new LinkedHashMap<>();
    private final Map<String, ProviderState> providers = new LinkedHashMap<>();
    /** Clients whose address or key has changed: calls in flight may still use them. */
    private final List<ProviderClient> retired = new ArrayList<>();

    Assembly(
            Waiting waiting,
            RandomGenerator random,
            Executor workers,
            Events events,
            OutcomeWindow outcomes,
            Map<String, ProviderClient.Factory> factories) {
        this.waiting = waiting;
        this.random = random;
        this.workers = workers;
        this.events = events;
        this.outcomes = outcomes;
        this.factories = factories;
    }

    /** Composes the pipelines of all agents. */
    Map<String, Pipeline> compose(Configuration configuration) {
        configuration.providers().values().forEach(this::connect);
        configuration.models().values().forEach(this::prepare);
        Map<String, Pipeline> pipelines = new LinkedHashMap<>();
        for (AgentSettings agent : configuration.agents().values()) {
            pipelines.put(agent.name(), pipeline(agent, configuration));
        }
        events.observe(readings(configuration, pipelines));
        return Map.copyOf(pipelines);
    }

    // The order of a call

    private Pipeline pipeline(AgentSettings agent, Configuration configuration) {
        AgentState state = prepare(agent);
        Leg baseline = leg(agent, state, Variant.BASELINE, model(configuration, agent.baseline()));
        String name = agent.candidate();
        Leg candidate = name == null ? null : leg(agent, state, Variant.CANDIDATE, model(configuration, name));
        Rollout rollout = new Rollout(agent.name(), name, configuration.useFinetuned(agent), agent.rollout());
        boolean fallback = configuration.useFallback(agent);
        Chain chain = Chain.of(List.of(
                new RolloutStage(rollout),
                new FallbackStage(
                        baseline,
                        candidate,
                        fallback,
                        agent.fallback(),
                        model(agent.baseline()).latency())));
        return new Pipeline(agent, rollout, chain, health(agent, rollout, fallback), waiting, events);
    }

    private Leg leg(AgentSettings agent, AgentState state, Variant variant, ModelSettings settings) {
        Deployment deployment = settings.deployment();
        ModelState model = model(deployment.name());
        ProviderState provider = deployment.provider() == null ? null : providers.get(deployment.provider());
        List<Stage> stages = new ArrayList<>();
        if (state.cache != null) {
            stages.add(new CacheStage(state.cache, waiting));
        }
        stages.add(new RetryStage(agent.retry(), model.budget(), waiting, random));
        stages.add(new BreakerStage(model.breaker()));
        stages.add(new ThrottleStage(
                agent.throttle(),
                state.permits(variant),
                provider == null ? null : provider.permits(),
                model.limiter()));
        stages.add(new ModelStage(upstream(deployment, provider), model.latency(), waiting, workers));
        return new Leg(variant, deployment, Chain.of(stages));
    }

    private static ChatModel upstream(Deployment deployment, @Nullable ProviderState provider) {
        if (deployment.upstream() != null) {
            return deployment.upstream();
        }
        if (provider == null) {
            throw new IllegalStateException(
                    "Deployment '" + deployment.name() + "' passed the checks without provider");
        }
        return provider.client().model(deployment);
    }

    // What is kept from one configuration to the next

    private void connect(Provider provider) {
        ProviderState old = providers.get(provider.name());
        if (old != null && old.provider().equals(provider)) {
            return;
        }
        if (old != null) {
            retired.add(old.client());
        }
        ProviderClient.Factory factory = factories.get(provider.api());
        if (factory == null) {
            throw new ConfigurationException(
                    "of provider '" + provider.name() + "'",
                    List.of("No module for api '" + provider.api() + "' is on the class path; known are "
                            + factories.keySet() + (factories.isEmpty() ? ". Add understudy-openai" : "")));
        }
        int limit = provider.maxConcurrent();
        int queue = 2 * limit;
        PermitGate permits =
                old != null ? old.permits() : PermitGate.forProvider(provider.name(), limit, queue, waiting);
        permits.resize(limit, queue);
        providers.put(provider.name(), new ProviderState(provider, factory.open(provider, waiting.ticker()), permits));
    }

    private void prepare(ModelSettings settings) {
        String name = settings.deployment().name();
        ModelState known = models.get(name);
        if (known == null) {
            models.put(
                    name,
                    new ModelState(
                            new ModelBreaker(name, settings.breaker(), waiting, events),
                            new ModelLimiter(settings.rateLimit(), waiting),
                            new RetryBudget(waiting.ticker()),
                            new LatencyWindow(waiting.ticker())));
        } else {
            known.breaker().reconfigure(settings.breaker());
            known.breaker().unlatch();
            known.limiter().limit(settings.rateLimit());
        }
    }

    private AgentState prepare(AgentSettings agent) {
        int limit = agent.throttle().maxConcurrent();
        int queue = agent.throttle().queue();
        AgentState state = agents.computeIfAbsent(
                agent.name(),
                name -> new AgentState(
                        PermitGate.forAgent(name, limit, queue, waiting),
                        PermitGate.forAgent(name, limit, queue, waiting)));
        state.baselinePermits.resize(limit, queue);
        state.candidatePermits.resize(limit, queue);
        CacheSettings cache = agent.cache();
        if (cache == null) {
            state.cache = null;
        } else if (state.cache == null) {
            state.cache = new ResponseCache(cache, waiting.ticker());
        } else {
            state.cache.reconfigure(cache);
        }
        return state;
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

    /** The breakers are looked up here, not when asked: a reload may be under way then. */
    private Supplier<Health> health(AgentSettings agent, Rollout rollout, boolean useFallback) {
        ModelBreaker baseline = model(agent.baseline()).breaker();
        String candidate = agent.candidate();
        ModelBreaker other = candidate == null ? null : model(candidate).breaker();
        return () -> {
            HealthCheck check = HealthCheck.of(agent.name(), agent.baseline(), baseline.state())
                    .useFallback(useFallback)
                    .recent(outcomes.recent(agent.name()));
            if (candidate != null && other != null) {
                check.candidate(candidate, other.state(), rollout.share());
            }
            return check.judge();
        };
    }

    private List<Reading> readings(Configuration configuration, Map<String, Pipeline> pipelines) {
        List<Reading> readings = new ArrayList<>();
        for (Pipeline pipeline : pipelines.values()) {
            AgentSettings agent = pipeline.agent();
            AgentState state = prepare(agent);
            for (Variant variant : Variant.values()) {
                String model = variant == Variant.BASELINE ? agent.baseline() : agent.candidate();
                if (model != null) {
                    Map<String, String> tags = Map.of("agent", agent.name(), "model", model);
                    PermitGate permits = state.permits(variant);
                    readings.add(new Reading("model.inflight", "Attempts on the wire", tags, permits::inUse));
                    readings.add(new Reading("model.queue", "Callers waiting for a permit", tags, permits::waiting));
                }
            }
            Rollout rollout = pipeline.rollout();
            readings.add(new Reading(
                    "model.rollout.percentage",
                    "Share of units on the candidate, in per cent",
                    Map.of("agent", agent.name()),
                    () -> rollout.share().percent()));
        }
        for (String name : configuration.models().keySet()) {
            ModelBreaker breaker = model(name).breaker();
            readings.add(new Reading(
                    "model.circuit.state",
                    "Circuit breaker: 0 closed, 1 half-open, 2 open, 3 latched",
                    Map.of("model", name),
                    () -> breaker.state().ordinal()));
        }
        return readings;
    }

    /** Returns attempts that hold a permit now, of all agents. */
    int inFlight() {
        int sum = 0;
        for (AgentState agent : agents.values()) {
            sum += agent.baselinePermits.inUse() + agent.candidatePermits.inUse();
        }
        return sum;
    }

    /** Closes all connections. Idempotent. */
    @Override
    public void close() {
        providers.values().forEach(provider -> provider.client().close());
        retired.forEach(ProviderClient::close);
    }
}
