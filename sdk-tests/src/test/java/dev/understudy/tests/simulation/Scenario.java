package dev.understudy.tests.simulation;

import dev.understudy.breaker.BreakerSettings;
import dev.understudy.budget.BudgetSettings;
import dev.understudy.cache.CacheSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Price;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.RateLimit;
import dev.understudy.throttle.ThrottleSettings;
import dev.understudy.throttle.TokenLimit;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** All that one seed decides: models and their moods, configurations, calls and when they come. */
final class Scenario {

    static final int CALLS = 200;

    private static final long SECOND = 1_000_000_000;
    private static final double[] SHARES = {0, 10, 50, 100};
    private static final String[] SCOPES = {"", "", "north", "south"};

    private final SplittableRandom chance;
    /** Of its own, so that runs without streams are what they were. */
    private final SplittableRandom streams;
    /** The same for limits that are learnt, and limits on tokens. */
    private final SplittableRandom limits;

    /** As above. */
    private final SplittableRandom hedges;

    private final double hedgedShare;
    private final double streamShare;
    private final long usualGap;
    private final long usualLatency;
    private final long usualTimeout;
    private final double asyncShare;
    private final double uniqueShare;
    private final double cancelledShare;

    private final List<String> models = new ArrayList<>();
    private final Map<String, MoodyModel.Manners> manners = new LinkedHashMap<>();
    private final Map<String, ModelSettings> modelSettings = new LinkedHashMap<>();
    private final Map<String, AgentSettings> agents = new LinkedHashMap<>();
    private final Map<String, Boolean> atProvider = new LinkedHashMap<>();
    private int providerPermits = 8;
    private Secret key = Secret.of("file:key", "key");
    private final Map<String, String> salts = new LinkedHashMap<>();
    /** How each agent is with money: none keeps to a budget, some always do, some as it comes. */
    private final Map<String, Integer> thrift = new LinkedHashMap<>();

    Scenario(long seed) {
        chance = new SplittableRandom(seed);
        streams = new SplittableRandom(~seed);
        limits = new SplittableRandom(seed ^ 0x5DEECE66DL);
        streamShare = streams.nextInt(3) == 0 ? 0.5 : 0;
        hedges = new SplittableRandom(seed * 31 + 7);
        hedgedShare = hedges.nextInt(3) == 0 ? 0.8 : 0;
        usualTimeout = Mood.nanos(chance, SECOND / 10, 30 * SECOND);
        usualLatency = Mood.nanos(chance, usualTimeout / 100, usualTimeout / 2);
        // Between a tenth of a call and ten calls at once, or all of them.
        usualGap = chance.nextInt(15) == 0 ? 0 : Mood.nanos(chance, usualLatency / 10, usualLatency * 10);
        asyncShare = oneOf(0.0, 0.3, 1.0);
        uniqueShare = oneOf(0.1, 0.5, 0.95);
        cancelledShare = oneOf(0.0, 0.05, 0.3);
        for (int i = 0; i < 2 + chance.nextInt(5); i++) {
            models.add("model-" + i);
            int kind = chance.nextInt(8);
            manners.put(models.get(i), MoodyModel.Manners.values()[Math.max(0, kind - 5)]);
            atProvider.put(models.get(i), kind < 3);
        }
    }

    // What the world is like

    Temper temper() {
        boolean stalls = chance.nextInt(3) == 0;
        return new Temper(
                oneOf(0.0, 0.1, 0.5),
                oneOf(0.0, 0.01, 0.1),
                stalls ? oneOf(0.001, 0.02) : 0,
                Mood.nanos(chance, 1_000, usualTimeout),
                oneOf(0.0, 0.0, 0.1),
                chance.nextInt(4) == 0 ? 3 + chance.nextInt(30) : Integer.MAX_VALUE);
    }

    List<MoodyModel> models(Simulation simulation) {
        long horizon = 1 + CALLS * usualGap + usualTimeout;
        List<MoodyModel> moody = new ArrayList<>();
        for (String name : models) {
            TreeMap<Long, Mood> moods = new TreeMap<>();
            for (long at = 0; at < horizon; at += Mood.nanos(chance, horizon / 30, horizon)) {
                moods.put(at, chance.nextInt(2) == 0 ? Mood.FINE : oneOf(Mood.values()));
            }
            long latency = Mood.nanos(chance, usualLatency / 4, usualLatency * 4);
            moody.add(new MoodyModel(simulation, name, manners.get(name), chance.split(), moods, latency));
        }
        return moody;
    }

    // Configurations

    Configuration configuration(Simulation simulation, URI provider) {
        for (MoodyModel model : simulation.models) {
            Deployment.Builder deployment = Deployment.builder(model.name())
                    .contextWindow(oneOf(0, 8_000, 32_000))
                    .price(new Price(chance.nextInt(5), chance.nextInt(20)));
            if (atProvider.get(model.name())) {
                deployment.provider("cloud");
            } else {
                deployment.upstream(model);
            }
            modelSettings.put(model.name(), model(deployment.build()));
        }
        for (int i = 0; i < 1 + chance.nextInt(3); i++) {
            agents.put("agent-" + i, agent("agent-" + i));
        }
        return build(provider);
    }

    /** The same agents and models, much of them set otherwise. */
    Configuration changed(URI provider) {
        modelSettings.replaceAll((name, old) -> chance.nextInt(3) == 0 ? model(old.deployment()) : old);
        agents.replaceAll((name, old) -> chance.nextInt(2) == 0 ? agent(name) : old);
        if (chance.nextInt(3) == 0) {
            key = Secret.of("file:key", "key-" + chance.nextInt(1_000));
        }
        return build(provider);
    }

    private Configuration build(URI address) {
        Configuration.Builder builder = Configuration.builder()
                .useFinetuned(chance.nextInt(20) != 0)
                .useFallback(chance.nextInt(10) != 0)
                .provider(new Provider(
                        "cloud",
                        SimulatedProvider.API,
                        address,
                        key,
                        chance.nextInt(3) == 0
                                ? providerPermits
                                : (providerPermits = 1 + chance.nextInt(chance.nextInt(40) + 1)),
                        Map.of()));
        modelSettings.values().forEach(builder::model);
        agents.values().forEach(builder::agent);
        return builder.build();
    }

    private ModelSettings model(Deployment deployment) {
        Duration open = duration(10, 5_000);
        BreakerSettings breaker = chance.nextInt(3) == 0
                ? BreakerSettings.DEFAULT
                : new BreakerSettings(
                        duration(1_000, 60_000),
                        1 + chance.nextInt(20),
                        0.1 + 0.9 * chance.nextDouble(),
                        1 + chance.nextInt(20),
                        open,
                        open.plus(duration(1, 60_000)),
                        duration(1_000, 300_000));
        RateLimit rate = chance.nextInt(8) == 0 ? rateLimit() : null;
        return new ModelSettings(deployment, breaker, rate, limits.nextInt(8) == 0 ? tokenLimit() : null);
    }

    /** From less than one call takes to all that calls take, within less than what is waited for in the end. */
    private TokenLimit tokenLimit() {
        return new TokenLimit(
                1 + limits.nextLong(1 + limits.nextLong(20_000)), Duration.ofMillis(1 + limits.nextInt(100_000)));
    }

    /** Now and then a limit is learnt instead. */
    private ThrottleSettings sometimesLearnt(ThrottleSettings fixed) {
        if (limits.nextInt(4) != 0) {
            return fixed;
        }
        AdaptiveSettings bounds =
                AdaptiveSettings.between(1 + limits.nextInt(fixed.maxConcurrent()), fixed.maxConcurrent());
        return new ThrottleSettings(fixed.maxConcurrent(), fixed.queue(), fixed.maxWait(), fixed.waitShare(), bounds);
    }

    /** Between half of what comes and ten times as much. */
    private RateLimit rateLimit() {
        int permits = 1 + chance.nextInt(20);
        long per = (long) (permits * (1 + usualGap) * (0.1 + chance.nextDouble()));
        return new RateLimit(permits, Duration.ofNanos(Math.max(1_000_000, per)));
    }

    private AgentSettings agent(String name) {
        int baseline = chance.nextInt(models.size());
        int candidate = (baseline + 1 + chance.nextInt(models.size() - 1)) % models.size();
        boolean hasCandidate = chance.nextInt(8) != 0;
        Duration timeout = Duration.ofNanos(usualTimeout / 2 + chance.nextLong(usualTimeout));
        int permits = 1 + chance.nextInt(12);
        Duration backoff = duration(1, 1 + usualTimeout / 10_000_000);
        boolean manyRetries = chance.nextInt(4) == 0;
        FallbackSettings kept = new FallbackSettings(
                chance.nextInt(3) == 0 ? timeout.dividedBy(2 + chance.nextInt(8)) : null,
                0.1 + 0.8 * chance.nextDouble(),
                chance.nextBoolean());
        RetrySettings retries = chance.nextInt(3) == 0
                ? RetrySettings.DEFAULT
                : new RetrySettings(
                        chance.nextInt(manyRetries ? 11 : 3),
                        chance.nextInt(manyRetries ? 11 : 4),
                        1 + chance.nextInt(manyRetries ? 20 : 6),
                        backoff,
                        backoff.multipliedBy(1 + chance.nextInt(20)),
                        duration(1, 20_000));
        int attempts = retries.maxAttempts();
        return AgentSettings.builder(name)
                .baseline(models.get(baseline))
                .candidate(hasCandidate ? models.get(candidate) : null)
                .timeout(timeout)
                .fallback(kept)
                .retry(retries)
                .throttle(sometimesLearnt(
                        chance.nextInt(4) == 0
                                ? ThrottleSettings.DEFAULT
                                : new ThrottleSettings(
                                        permits,
                                        chance.nextInt(3 * permits),
                                        chance.nextInt(6) == 0 ? Duration.ZERO : duration(1, 10_000),
                                        chance.nextDouble())))
                .rollout(rollout(name, hasCandidate))
                .cache(
                        chance.nextBoolean()
                                ? null
                                : new CacheSettings(
                                        duration(10, 60_000),
                                        // Which entry goes first is Caffeine's own chance: let none have to.
                                        10_000,
                                        64 << 20,
                                        chance.nextInt(3) == 0 ? duration(1_000, 300_000) : null))
                .budget(budget(name))
                .hedge(
                        hedges.nextDouble() < hedgedShare && attempts >= HedgeSettings.LEAST_ATTEMPTS
                                ? hedge(timeout, kept)
                                : null)
                .useFinetuned(chance.nextInt(20) == 0 ? Boolean.FALSE : null)
                .useFallback(chance.nextInt(8) == 0 ? (Boolean) chance.nextBoolean() : null)
                .build();
    }

    /** By the candidate's own time, or by one between a hundredth of what it has and all of it. */
    private HedgeSettings hedge(Duration timeout, FallbackSettings fallback) {
        long kept = fallback.reserve() != null
                ? fallback.reserve().toNanos()
                : (long) (timeout.toNanos() * fallback.reserveShare());
        long most = timeout.toNanos() - kept - 1;
        boolean fixed = most > 2_000_000 && hedges.nextInt(4) != 0;
        return new HedgeSettings(
                fixed ? Duration.ofNanos(Mood.nanos(hedges, Math.max(1_000_000, most / 100), most)) : null,
                hedges.nextBoolean() ? 1 : 0.05 + hedges.nextDouble() / 2);
    }

    /** From what a few calls cost to more than all of them do. */
    private BudgetSettings budget(String name) {
        int kind = thrift.computeIfAbsent(name, agent -> chance.nextInt(6));
        if (kind < 3 || (kind == 5 && chance.nextInt(3) == 0)) {
            return null;
        }
        double limit = Mood.nanos(chance, 100_000, 200_000_000) / 1e9;
        return BudgetSettings.of(limit, kind == 5 && chance.nextBoolean() ? BudgetPeriod.HOUR : BudgetPeriod.MONTH)
                .atLimit(oneOf(BudgetPolicy.values()));
    }

    /** The salt stays: it is frozen anyway as long as the candidate stays. */
    private RolloutSettings rollout(String name, boolean hasCandidate) {
        String salt = salts.computeIfAbsent(name, agent -> chance.nextInt(4) == 0 ? "pepper" : "");
        Share share = hasCandidate ? Share.percent(SHARES[chance.nextInt(SHARES.length)]) : Share.NONE;
        RampSettings ramp = RampSettings.builder()
                .stages(chance.nextInt(3) == 0 ? new double[] {10, 50, 100} : new double[0])
                .hold(List.of(duration(1_000, 60_000)))
                .minCalls(List.of(1 + chance.nextInt(20)))
                .gates(chance.nextBoolean() ? Set.of() : Set.of(Share.ALL))
                .noDataGrace(duration(1_000, 3_600_000))
                .inconclusive(oneOf(RampSettings.Inconclusive.values()))
                .build();
        return new RolloutSettings(
                share,
                salt.isEmpty() ? null : salt,
                chance.nextInt(5) != 0,
                hasCandidate ? ramp : RampSettings.NONE,
                oneOf(
                        GuardSettings.OFF,
                        GuardSettings.OFF,
                        GuardSettings.DEFAULT,
                        GuardSettings.DEFAULT.withP95(duration(1, 10_000))));
    }

    // Calls

    /** Returns how long it takes until the next calls come. */
    long gap() {
        return usualGap == 0 || chance.nextInt(3) == 0 ? 0 : chance.nextLong(2 * usualGap);
    }

    /** Returns how many like it come at the same time. */
    int burst() {
        return chance.nextInt(25) == 0 ? 2 + chance.nextInt(20) : 1;
    }

    SimulatedCall call(int id) {
        String agent = "agent-" + chance.nextInt(agents.size());
        String question = chance.nextDouble() < uniqueShare ? "unique-" + id : "question-" + chance.nextInt(5);
        return call(id, agent, question, options());
    }

    /** Another call for the same. */
    SimulatedCall like(SimulatedCall call, int id) {
        return call(id, call.agent, call.question, call.options);
    }

    /** A call of one variant that nothing known so far can answer. */
    SimulatedCall probe(int id, String agent, Variant variant) {
        CallOptions.Builder options = CallOptions.builder().useFallback(false);
        return call(id, agent, "probe-" + id, options.variant(variant).build());
    }

    private SimulatedCall call(int id, String agent, String question, CallOptions options) {
        ChatRequest request = ChatRequest.builder(List.of(Message.system("Be brief."), Message.user(question)))
                .parameters(question.endsWith("4") ? Parameters.UNSET.withTemperature(1) : Parameters.UNSET)
                .build();
        return new SimulatedCall(
                id,
                agent,
                question,
                request,
                options,
                chance.nextDouble() < asyncShare,
                streams.nextDouble() < streamShare,
                streams.nextBoolean());
    }

    private CallOptions options() {
        CallOptions.Builder options = CallOptions.builder().scope(SCOPES[chance.nextInt(SCOPES.length)]);
        if (chance.nextBoolean()) {
            options.unit("unit-" + chance.nextInt(20));
        }
        if (chance.nextInt(5) == 0) {
            options.timeout(Duration.ofNanos(Mood.nanos(chance, 1_000_000, 2 * usualTimeout)));
        }
        if (chance.nextInt(8) == 0) {
            options.useFallback(chance.nextBoolean());
        }
        if (chance.nextInt(10) == 0) {
            options.useFinetuned(chance.nextBoolean());
        }
        if (chance.nextInt(10) == 0) {
            options.variant(Variant.values()[chance.nextInt(2)]);
        }
        return options.build();
    }

    /** Returns after which time somebody wants a call to end, or -1 for never. */
    long patience() {
        return chance.nextDouble() < cancelledShare ? Mood.nanos(chance, 1_000, usualTimeout * 3 / 2) : -1;
    }

    boolean interruptsAtWake() {
        return cancelledShare > 0 && chance.nextInt(20) == 0;
    }

    // What else happens

    /** Returns when something happens for the so manieth time, spread over the run. */
    List<Long> times(int most) {
        List<Long> times = new ArrayList<>();
        for (int i = 1 + chance.nextInt(most); i > 0; i--) {
            times.add(chance.nextLong(CALLS * usualGap + usualTimeout));
        }
        times.sort(null);
        return times;
    }

    /** Returns whether something that is true of a share of all runs is true of this one. */
    boolean happens(double share) {
        return chance.nextDouble() < share;
    }

    long upTo(long nanos) {
        return chance.nextLong(nanos + 1);
    }

    /** A duration between two numbers of milliseconds, with all orders of magnitude alike. */
    private Duration duration(long leastMillis, long mostMillis) {
        return Duration.ofNanos(Mood.nanos(chance, leastMillis * 1_000_000, mostMillis * 1_000_000));
    }

    @SafeVarargs
    private <T> T oneOf(T... choices) {
        return choices[chance.nextInt(choices.length)];
    }
}
