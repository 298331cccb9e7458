package dev.understudy.config;

import dev.understudy.breaker.BreakerSettings;
import dev.understudy.budget.BudgetSettings;
import dev.understudy.cache.CacheSettings;
import dev.understudy.call.StreamSettings;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Price;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.Secret;
import dev.understudy.config.Schema.Agents;
import dev.understudy.config.Schema.Breakers;
import dev.understudy.config.Schema.Budgets;
import dev.understudy.config.Schema.Caches;
import dev.understudy.config.Schema.Deployments;
import dev.understudy.config.Schema.Experiments;
import dev.understudy.config.Schema.Guards;
import dev.understudy.config.Schema.Hedges;
import dev.understudy.config.Schema.Models;
import dev.understudy.config.Schema.Prices;
import dev.understudy.config.Schema.Providers;
import dev.understudy.config.Schema.Retries;
import dev.understudy.config.Schema.Rollouts;
import dev.understudy.config.Schema.Root;
import dev.understudy.config.Schema.Servers;
import dev.understudy.config.Schema.States;
import dev.understudy.config.Schema.Streams;
import dev.understudy.error.Bounds;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.insight.ExperimentSettings;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import dev.understudy.throttle.ConcurrencyLimit;
import dev.understudy.throttle.ThrottleSettings;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a configuration of sections that have been read: fills in the defaults, and finds what only several settings together
 * can get wrong. Goes on after a problem, so that all are found; a part that is not right is left out and not judged further.
 */
final class Binder {

    private final Surroundings surroundings;
    private final Map<String, ProviderClient.Factory> factories;
    private final boolean learns;
    private final Problems problems;
    /** Who checks what is sent to a provider; by the provider's name. */
    private final Map<String, ProviderClient.Factory> clients = new HashMap<>();

    private final Configuration.Builder builder = Configuration.builder();

    Binder(
            Surroundings surroundings,
            Map<String, ProviderClient.Factory> factories,
            boolean learns,
            Problems problems) {
        this.surroundings = surroundings;
        this.factories = factories;
        this.learns = learns;
        this.problems = problems;
    }

    /** The configuration, which counts only if there are no problems afterwards. */
    Configuration bind(Section root) {
        Section models = root.get(Root.MODELS, Section.NONE);
        builder.useFinetuned(models.get(Models.USE_FINETUNED, true));
        builder.useFallback(models.get(Models.USE_FALLBACK, true));
        state(root.get(Root.STATE, Section.NONE));
        Map<String, Section> providers = root.get(Root.PROVIDERS, Map.of());
        Map<String, Section> deployments = root.get(Root.DEPLOYMENTS, Map.of());
        Map<String, Section> agents = root.get(Root.AGENTS, Map.of());
        Section defaults = root.get(Root.DEFAULTS, Section.NONE);
        WholeCheck check = new WholeCheck(
                root.isBroken(Root.PROVIDERS) ? null : providers.keySet(),
                root.isBroken(Root.DEPLOYMENTS) ? null : deployments.keySet());

        Section server = root.get(Root.SERVER, Section.NONE);
        operators(server.get(Servers.OPERATORS, Map.of()), check);
        clients(server.get(Servers.CLIENTS, Map.of()), check);
        providers.forEach((name, section) -> provider(name, section, check));
        deployments.forEach((name, section) -> deployment(name, section, check));
        if (agents.isEmpty() && root.require(Root.AGENTS, "at least one agent", problems) != null) {
            problems.add(new Finding("agents", WholeCheck.NO_AGENT));
        }
        queue(defaults);
        backoffGrows(defaults);
        agents.forEach((name, section) -> agent(name, section.over(defaults), check));
        check.findings().forEach(problems::add);
        return builder.unchecked();
    }

    private void state(Section section) {
        String directory = section.get(States.DIRECTORY);
        if (directory == null) {
            return;
        }
        try {
            builder.stateDirectory(Path.of(directory));
        } catch (InvalidPathException impossible) {
            problems.add(new Finding(
                    section.path(States.DIRECTORY), Excerpt.quoted(directory) + " is not a path; write another"));
        }
    }

    private void operators(Map<String, KeyReference> references, WholeCheck check) {
        references.forEach((name, reference) -> {
            Secret token = secret(WholeCheck.path(WholeCheck.OPERATORS, name), reference);
            if (token != null) {
                check.operator(name, token);
                builder.operator(name, token);
            }
        });
    }

    private void clients(Map<String, KeyReference> references, WholeCheck check) {
        references.forEach((name, reference) -> {
            Secret key = secret(WholeCheck.path(WholeCheck.CLIENTS, name), reference);
            if (key != null) {
                check.client(name, key);
                builder.client(name, key);
            }
        });
    }

    private void provider(String name, Section section, WholeCheck check) {
        check.name("providers", name);
        String api = section.require(Providers.API, "for example 'api: openai'", problems);
        if (api != null && !factories.containsKey(api)) {
            problems.add(new Finding(
                    WholeCheck.path("providers", name, "api"),
                    Excerpt.quoted(api) + " is not a known api; "
                            + NearestName.advice(
                                    api,
                                    factories.keySet(),
                                    "no provider client is on the class path; add understudy-openai")));
        }
        URI address =
                section.require(Providers.BASE_URL, "the address, for example 'https://api.mistral.ai/v1'", problems);
        KeyReference reference = section.get(Providers.API_KEY);
        Secret key = reference == null ? null : secret(WholeCheck.path("providers", name, "api_key"), reference);
        if (!section.isSound() || api == null || address == null || (reference != null && key == null)) {
            return;
        }
        Provider provider = make(
                section,
                () -> new Provider(
                        name,
                        api,
                        address,
                        key,
                        section.get(Providers.MAX_CONCURRENT, Provider.DEFAULT_MAX_CONCURRENT),
                        section.get(Providers.OPTIONS, Map.of())));
        if (provider == null) {
            return;
        }
        builder.provider(provider);
        boolean fine = check.address(provider);
        ProviderClient.Factory factory = factories.get(api);
        if (factory != null) {
            clients.put(name, factory);
        }
        if (fine && factory != null) {
            factory.problems(provider)
                    .forEach(problem -> problems.add(new Finding(WholeCheck.path("providers", name), problem)));
        }
    }

    private @Nullable Secret secret(String path, KeyReference reference) {
        try {
            return reference.resolve(surroundings);
        } catch (Refusal refusal) {
            problems.add(new Finding(path, refusal.sentence()));
            return null;
        }
    }

    private void deployment(String name, Section section, WholeCheck check) {
        check.name("deployments", name);
        String provider = section.require(Deployments.PROVIDER, "the name of a provider", problems);
        if (provider != null) {
            check.provider(name, provider);
        }
        Section breaker = section.get(Deployments.BREAKER, Section.NONE);
        boolean grows = grows(
                breaker,
                Breakers.OPEN,
                BreakerSettings.DEFAULT.open(),
                Breakers.MAX_OPEN,
                BreakerSettings.DEFAULT.maxOpen());
        Section priced = section.get(Deployments.PRICE, Section.NONE);
        if (!section.isSound() || !grows || provider == null) {
            return;
        }
        Deployment.Builder deployment = Deployment.builder(name)
                .provider(provider)
                .model(section.get(Deployments.MODEL, name))
                .contextWindow(section.get(Deployments.CONTEXT_WINDOW, 0))
                .parameters(new Parameters(
                        section.get(Deployments.TEMPERATURE),
                        section.get(Deployments.MAX_TOKENS),
                        section.get(Deployments.TOP_P),
                        section.get(Deployments.STOP, List.of()),
                        section.get(Deployments.SEED)))
                .extra(section.get(Deployments.EXTRA, Map.of()));
        if (priced != Section.NONE) {
            deployment.price(price(priced));
            check.price(name, priced.get(Prices.INPUT) != null && priced.get(Prices.OUTPUT) != null);
        }
        ModelSettings model = make(
                section,
                () -> new ModelSettings(
                        deployment.build(),
                        breaker(breaker),
                        section.get(Deployments.RATE_LIMIT),
                        section.get(Deployments.TOKEN_LIMIT)));
        if (model == null) {
            return;
        }
        builder.model(model);
        check.deployment(model.deployment());
        ProviderClient.Factory factory = clients.get(provider);
        if (factory != null) {
            factory.problems(model.deployment())
                    .forEach(problem -> problems.add(new Finding(WholeCheck.path("deployments", name), problem)));
        }
    }

    private static Price price(Section section) {
        return new Price(
                section.get(Prices.INPUT, Price.FREE.input()), section.get(Prices.OUTPUT, Price.FREE.output()));
    }

    private static BreakerSettings breaker(Section section) {
        BreakerSettings otherwise = BreakerSettings.DEFAULT;
        return new BreakerSettings(
                section.get(Breakers.WINDOW, otherwise.window()),
                section.get(Breakers.MIN_CALLS, otherwise.minCalls()),
                section.get(Breakers.FAILURE_RATE, otherwise.failureRate()),
                section.get(Breakers.CONSECUTIVE_FAILURES, otherwise.consecutiveFailures()),
                section.get(Breakers.OPEN, otherwise.open()),
                section.get(Breakers.MAX_OPEN, otherwise.maxOpen()),
                section.get(Breakers.LATCH, otherwise.latch()));
    }

    private void agent(String name, Section section, WholeCheck check) {
        check.name("agents", name);
        String baseline = section.require(Agents.BASELINE, "the name of a deployment", problems);
        if (baseline != null) {
            check.model(name, "baseline", baseline);
        }
        String candidate = section.get(Agents.CANDIDATE);
        if (candidate != null) {
            check.model(name, "candidate", candidate);
        }
        queue(section);
        learning(section);
        if (!section.isSound() || !backoffGrows(section) || baseline == null) {
            return;
        }
        Section split = section.section(Agents.ROLLOUT, Section.NONE);
        RolloutSettings rollout = make(split, () -> rollout(split, candidate != null));
        if (rollout == null) {
            return;
        }
        Section asked = split.section(Rollouts.EXPERIMENT, Section.OFF);
        ExperimentSettings experiment = asked == Section.OFF ? null : make(asked, () -> experiment(asked));
        if (experiment == null && asked != Section.OFF) {
            return;
        }
        Section money = section.section(Agents.BUDGET, Section.OFF);
        BudgetSettings budget = isBudget(section, money) ? budget(money) : null;
        if (!section.isSound()) {
            return;
        }
        AgentSettings agent = make(section, () -> AgentSettings.builder(name)
                .baseline(baseline)
                .candidate(candidate)
                .timeout(section.get(Agents.TIMEOUT, AgentSettings.DEFAULT_TIMEOUT))
                .fallback(fallback(section))
                .retry(retry(section))
                .throttle(throttle(section))
                .rollout(rollout)
                .experiment(experiment)
                .cache(cache(section.section(Agents.CACHE, Section.OFF)))
                .stream(stream(section.section(Agents.STREAM, Section.NONE)))
                .budget(budget)
                .hedge(hedge(section.section(Agents.HEDGE, Section.OFF)))
                .useFinetuned(section.get(Agents.USE_FINETUNED))
                .useFallback(section.get(Agents.USE_FALLBACK))
                .build());
        if (agent != null) {
            builder.agent(agent);
            check.contradictions(agent);
        }
    }

    private boolean backoffGrows(Section section) {
        return grows(
                section,
                Agents.BACKOFF,
                RetrySettings.DEFAULT.backoff(),
                Agents.MAX_BACKOFF,
                RetrySettings.DEFAULT.maxBackoff());
    }

    private static FallbackSettings fallback(Section section) {
        FallbackSettings otherwise = FallbackSettings.DEFAULT;
        Reserve reserve = section.get(Agents.RESERVE, new Reserve(otherwise.reserve(), otherwise.reserveShare()));
        Double share = reserve.share();
        return new FallbackSettings(
                reserve.time(),
                share != null ? share : otherwise.reserveShare(),
                section.get(Agents.FALLBACK_ON_CONTENT_FILTER, otherwise.onContentFilter()));
    }

    private static RetrySettings retry(Section section) {
        RetrySettings otherwise = RetrySettings.DEFAULT;
        Section retries = section.section(Agents.RETRIES, Section.NONE);
        return new RetrySettings(
                retries.get(Retries.WITH_FALLBACK, otherwise.withFallback()),
                retries.get(Retries.WITHOUT_FALLBACK, otherwise.withoutFallback()),
                section.get(Agents.MAX_ATTEMPTS, otherwise.maxAttempts()),
                section.get(Agents.BACKOFF, otherwise.backoff()),
                section.get(Agents.MAX_BACKOFF, otherwise.maxBackoff()),
                section.get(Agents.MAX_RETRY_AFTER, otherwise.maxRetryAfter()));
    }

    private static ThrottleSettings throttle(Section section) {
        ThrottleSettings otherwise = ThrottleSettings.DEFAULT;
        Concurrency permits = section.get(Agents.MAX_CONCURRENT, new Concurrency(otherwise.maxConcurrent(), null));
        return new ThrottleSettings(
                permits.most(),
                section.get(Agents.QUEUE, Math.min(2 * permits.most(), 100_000)),
                section.get(Agents.MAX_WAIT, otherwise.maxWait()),
                section.get(Agents.WAIT_SHARE, otherwise.waitShare()),
                permits.learnt());
    }

    /** The ceiling of a ramp is 100 % unless it is said; without a candidate there is nothing to climb to. */
    private static RolloutSettings rollout(Section section, boolean candidate) {
        RolloutSettings otherwise = RolloutSettings.DEFAULT;
        RampSettings ramp = ramp(section);
        return new RolloutSettings(
                section.get(Rollouts.PERCENTAGE, ramp.climbs() && candidate ? Share.ALL : otherwise.share()),
                section.get(Rollouts.SALT),
                section.get(Rollouts.ALLOW_OVERRIDE, otherwise.allowOverride()),
                ramp,
                guard(section.section(Rollouts.GUARD, Section.NONE)));
    }

    private static RampSettings ramp(Section section) {
        RampSettings otherwise = RampSettings.NONE;
        RampSettings.Builder ramp = RampSettings.builder()
                .stages(section.get(Rollouts.STAGES, otherwise.stages()))
                .maxDuration(section.get(Rollouts.MAX_DURATION, otherwise.maxDuration()))
                .inconclusive(section.get(Rollouts.INCONCLUSIVE, otherwise.inconclusive()))
                .noDataGrace(section.get(Rollouts.NO_DATA_GRACE, otherwise.noDataGrace()));
        List<Duration> hold = section.get(Rollouts.HOLD);
        if (hold != null) {
            ramp.hold(hold);
        }
        List<Integer> minCalls = section.get(Rollouts.MIN_CALLS);
        if (minCalls != null) {
            ramp.minCalls(minCalls);
        }
        List<Share> gates = section.get(Rollouts.GATES);
        if (gates != null) {
            ramp.gates(new HashSet<>(gates));
        }
        return ramp.build();
    }

    private static GuardSettings guard(Section section) {
        GuardSettings otherwise = GuardSettings.DEFAULT;
        return new GuardSettings(
                section != Section.OFF,
                section.get(Guards.P95),
                section.get(Guards.MAX_ERROR_RATE, otherwise.maxErrorRate()),
                section.get(Guards.ERROR_INCREASE, otherwise.errorIncrease()),
                section.get(Guards.LATENCY_INCREASE, otherwise.latencyIncrease()));
    }

    private static ExperimentSettings experiment(Section section) {
        return new ExperimentSettings(
                section.get(Experiments.P95),
                section.get(Experiments.ERROR_INCREASE),
                section.get(Experiments.SPLIT),
                section.get(Experiments.SPLIT_TOLERANCE),
                section.get(Experiments.MIN_CALLS_PER_DAY, ExperimentSettings.DEFAULT_MIN_CALLS_PER_DAY),
                section.get(Experiments.DAYS, ExperimentSettings.DEFAULT_DAYS));
    }

    private static @Nullable CacheSettings cache(Section section) {
        if (section == Section.OFF) {
            return null;
        }
        CacheSettings otherwise = CacheSettings.DEFAULT;
        return new CacheSettings(
                section.get(Caches.TTL, otherwise.ttl()),
                section.get(Caches.MAX_ENTRIES, otherwise.maxEntries()),
                section.get(Caches.MAX_BYTES, otherwise.maxBytes()),
                section.get(Caches.STALE_IF_ERROR));
    }

    private static StreamSettings stream(Section section) {
        StreamSettings otherwise = StreamSettings.DEFAULT;
        HoldBack kept =
                section.get(Streams.HOLD_BACK, new HoldBack(otherwise.holdBackTokens(), otherwise.holdBackTime()));
        return new StreamSettings(
                section.get(Streams.FIRST_TOKEN, otherwise.firstToken()),
                section.get(Streams.SILENCE, otherwise.silence()),
                section.get(Streams.MIN_TOKENS_PER_SECOND, otherwise.minTokensPerSecond()),
                kept.tokens(),
                kept.time());
    }

    private static @Nullable HedgeSettings hedge(Section section) {
        HedgeSettings otherwise = HedgeSettings.DEFAULT;
        return section == Section.OFF
                ? null
                : new HedgeSettings(
                        section.get(Hedges.AFTER, new HedgeAfter(otherwise.after()))
                                .time(),
                        section.get(Hedges.BUDGET, otherwise.budget()));
    }

    /** Whether an agent is to have a budget: defaults that only say what happens at the limit give it none. */
    private static boolean isBudget(Section agent, Section money) {
        return money != Section.OFF
                && (agent.own(Agents.BUDGET) != null
                        || money.get(Budgets.LIMIT) != null
                        || money.get(Budgets.PER) != null);
    }

    private @Nullable BudgetSettings budget(Section section) {
        Double limit = section.require(Budgets.LIMIT, "an amount, for example 'limit: 20'", problems);
        BudgetPeriod per = section.require(Budgets.PER, "the period, for example 'per: day'", problems);
        return limit == null || per == null
                ? null
                : new BudgetSettings(limit, per, section.get(Budgets.AT_LIMIT, BudgetPolicy.ALERT));
    }

    /** Whether a pause that grows starts no longer than it may get; notes it where it is written. */
    private boolean grows(
            Section section, Key<Duration> first, Duration firstDefault, Key<Duration> last, Duration lastDefault) {
        Duration from = section.get(first, firstDefault);
        Duration to = section.get(last, lastDefault);
        if (!section.isSound() || from.compareTo(to) <= 0) {
            return true;
        }
        if (section.own(last) != null) {
            problems.add(new Finding(
                    section.path(last),
                    Bounds.spell(to) + " is shorter than " + first.name() + ", which is " + Bounds.spell(from)
                            + "; write at least that, or a shorter " + first.name()));
        } else if (section.own(first) != null) {
            problems.add(new Finding(
                    section.path(first),
                    Bounds.spell(from) + " is longer than " + last.name() + ", which is " + Bounds.spell(to)
                            + "; write less, or a longer " + last.name()));
        }
        return false;
    }

    /** Notes a limit that is to be learnt where nothing learns. */
    private void learning(Section section) {
        Concurrency permits = section.get(Agents.MAX_CONCURRENT);
        if (!learns && permits != null && permits.learnt() != null) {
            problems.add(new Finding(section.path(Agents.MAX_CONCURRENT), ConcurrencyLimit.Factory.MISSING));
        }
    }

    /** Notes a queue in which nobody may wait. */
    private void queue(Section section) {
        Integer queue = section.own(Agents.QUEUE);
        if (queue == null || queue == 0 || !section.isSound()) {
            return;
        }
        boolean noTime = Duration.ZERO.equals(section.get(Agents.MAX_WAIT));
        if (noTime || section.get(Agents.WAIT_SHARE, 1.0) == 0) {
            problems.add(new Finding(
                    section.path(Agents.QUEUE),
                    queue + " calls could queue, but " + (noTime ? "max_wait is 0s" : "wait_share is 0%")
                            + "; write 'queue: 0', or let them wait"));
        }
    }

    /** Makes a value whose own checks are the last word. */
    private <T> @Nullable T make(Section section, Supplier<T> maker) {
        try {
            return maker.get();
        } catch (IllegalArgumentException refused) {
            problems.add(section.where(), String.valueOf(refused.getMessage()));
            return null;
        }
    }
}
