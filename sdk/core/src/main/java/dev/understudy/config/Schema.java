package dev.understudy.config;

import dev.understudy.budget.BudgetSettings;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.insight.ExperimentSettings;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.Share;
import dev.understudy.throttle.RateLimit;
import dev.understudy.throttle.TokenLimit;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every key of the file, with what its value must look like; {@link Binder} says what they become together. The bounds are
 * those of the settings' records, written down here too so that each is told with its own line; a test holds them together.
 */
final class Schema {

    private static final Duration ZERO = Duration.ZERO;

    private Schema() {}

    static final class Models {
        static final Keys KEYS = new Keys("'models'");
        static final Key<Boolean> USE_FINETUNED = KEYS.add("use_finetuned", Values.trueOrFalse());
        static final Key<Boolean> USE_FALLBACK = KEYS.add("use_fallback", Values.trueOrFalse());
    }

    static final class Providers {
        static final Keys KEYS = new Keys("a provider");
        static final Key<String> API = KEYS.add("api", Values.text(100));
        static final Key<URI> BASE_URL = KEYS.add("base_url", Values.address());
        static final Key<KeyReference> API_KEY = KEYS.add("api_key", KeyReference.value());
        static final Key<Integer> MAX_CONCURRENT = KEYS.add("max_concurrent", Values.whole(1, 100_000));
        static final Key<Map<String, @Nullable Object>> OPTIONS = KEYS.add("options", FreeTree.value());
    }

    static final class Prices {
        static final Keys KEYS = new Keys("'price'");
        static final Key<Double> INPUT = KEYS.add("input", Values.number(0, 999_999_999));
        static final Key<Double> OUTPUT = KEYS.add("output", Values.number(0, 999_999_999));
    }

    static final class Breakers {
        static final Keys KEYS = new Keys("'breaker'");
        static final Key<Duration> WINDOW = KEYS.add("window", Values.duration(seconds(1), minutes(10)));
        static final Key<Integer> MIN_CALLS = KEYS.add("min_calls", Values.whole(1, 10_000));
        static final Key<Double> FAILURE_RATE = KEYS.add("failure_rate", Values.share(0.001, 1));
        static final Key<Integer> CONSECUTIVE_FAILURES = KEYS.add("consecutive_failures", Values.whole(1, 1000));
        static final Key<Duration> OPEN = KEYS.add("open", Values.duration(millis(10), minutes(10)));
        static final Key<Duration> MAX_OPEN = KEYS.add("max_open", Values.duration(millis(10), hours(1)));
        static final Key<Duration> LATCH = KEYS.add("latch", Values.duration(seconds(1), days(1)));
    }

    static final class Deployments {
        static final Keys KEYS = new Keys("a deployment");
        static final Key<String> PROVIDER = KEYS.add("provider", Values.text(100));
        static final Key<String> MODEL = KEYS.add("model", Values.text(500));
        static final Key<Integer> CONTEXT_WINDOW = KEYS.add("context_window", Values.whole(1, 1_000_000_000));
        static final Key<Section> PRICE = KEYS.add("price", Prices.KEYS.section());
        static final Key<Double> TEMPERATURE = KEYS.add("temperature", Values.number(0, 2));
        static final Key<Integer> MAX_TOKENS = KEYS.add("max_tokens", Values.whole(1, 1_000_000_000));
        static final Key<Double> TOP_P = KEYS.add("top_p", Values.number(0.000_001, 1));
        static final Key<List<String>> STOP = KEYS.add("stop", Values.texts(100, 1000));
        static final Key<Long> SEED =
                KEYS.add("seed", Values.wholeLong(-999_999_999_999_999_999L, 999_999_999_999_999_999L));
        static final Key<Map<String, @Nullable Object>> EXTRA = KEYS.add("extra", FreeTree.value());
        static final Key<Section> BREAKER = KEYS.add("breaker", Breakers.KEYS.section());
        static final Key<RateLimit> RATE_LIMIT = KEYS.add("rate_limit", Values.rate());
        static final Key<TokenLimit> TOKEN_LIMIT = KEYS.add("token_limit", Values.tokens());
    }

    static final class Retries {
        static final Keys KEYS = new Keys("'retries'");
        private static final Value<Integer> COUNT = Values.whole(0, 10);
        static final Key<Integer> WITH_FALLBACK = KEYS.add("with_fallback", COUNT);
        static final Key<Integer> WITHOUT_FALLBACK = KEYS.add("without_fallback", COUNT);

        /** A map, or one number for both. */
        static Value<Section> value() {
            return (node, where, problems) -> {
                if (!(node instanceof Node.Scalar)) {
                    return KEYS.section().read(node, where, problems);
                }
                Integer both = COUNT.read(node, where, problems);
                return both == null ? null : Section.of(where, Map.of(WITH_FALLBACK, both, WITHOUT_FALLBACK, both));
            };
        }
    }

    static final class Rollouts {
        static final Keys KEYS = new Keys("'rollout'");
        static final Key<Share> PERCENTAGE = KEYS.add("percentage", Values.percentage());
        static final Key<String> SALT = KEYS.add("salt", Values.text(200));
        static final Key<Boolean> ALLOW_OVERRIDE = KEYS.add("allow_override", Values.trueOrFalse());
        static final Key<List<Share>> STAGES = KEYS.add("stages", Ramps.stages());
        static final Key<List<Duration>> HOLD = KEYS.add(
                "hold",
                Values.oneOrMore(
                        Values.duration(RampSettings.MIN_HOLD, RampSettings.MAX_DURATION), RampSettings.MOST_STAGES));
        static final Key<List<Integer>> MIN_CALLS =
                KEYS.add("min_calls", Values.oneOrMore(Values.whole(1, 1_000_000_000), RampSettings.MOST_STAGES));
        static final Key<List<Share>> GATES =
                KEYS.add("gates", Values.list(Values.percentage(), RampSettings.MOST_STAGES));
        static final Key<Duration> MAX_DURATION =
                KEYS.add("max_duration", Values.duration(RampSettings.MIN_HOLD, RampSettings.MAX_DURATION));
        static final Key<RampSettings.Inconclusive> INCONCLUSIVE =
                KEYS.add("inconclusive", Values.word(RampSettings.Inconclusive.values()));
        static final Key<Duration> NO_DATA_GRACE =
                KEYS.add("no_data_grace", Values.duration(RampSettings.MIN_HOLD, RampSettings.MAX_DURATION));
        static final Key<Section> GUARD = KEYS.add("guard", Guards.value());
        static final Key<Section> EXPERIMENT = KEYS.add("experiment", Experiments.value());
    }

    static final class Ramps {
        private Ramps() {}

        /** Rising shares, or {@code default} for the usual ones. */
        static Value<List<Share>> stages() {
            Value<List<Share>> list = Values.list(Values.percentage(), RampSettings.MOST_STAGES);
            return (node, where, problems) -> {
                if (node instanceof Node.Scalar scalar && scalar.text().equals("default")) {
                    return RampSettings.USUAL_STAGES;
                }
                List<Share> stages = list.read(node, where, problems);
                Share before = Share.NONE;
                for (int i = 0; stages != null && i < stages.size(); i++) {
                    if (stages.get(i).compareTo(before) <= 0) {
                        problems.add(
                                where.at(i, where.line()),
                                stages.get(i) + " is not more than " + before + (i == 0 ? "" : " before it")
                                        + "; write rising shares, for example [1%, 5%, 25%, 100%], or default");
                        return null;
                    }
                    before = stages.get(i);
                }
                return stages;
            };
        }
    }

    static final class Experiments {
        static final Keys KEYS = new Keys("'experiment'");
        static final Key<Duration> P95 =
                KEYS.add("p95", Values.duration(ExperimentSettings.MIN_P95, ExperimentSettings.MAX_P95));
        static final Key<Double> ERROR_INCREASE = KEYS.add("error_increase", Values.share(0, 1));
        static final Key<Double> SPLIT = KEYS.add("split", Values.share(0.000_01, 0.999_99));
        static final Key<Double> SPLIT_TOLERANCE = KEYS.add("split_tolerance", Values.share(0.000_01, 0.5));
        static final Key<Long> MIN_CALLS_PER_DAY = KEYS.add("min_calls_per_day", Values.wholeLong(1, 1_000_000_000));
        static final Key<Integer> DAYS = KEYS.add("days", Values.whole(1, ExperimentSettings.MAX_DAYS));

        static Value<Section> value() {
            return Values.mapOrOff(
                    KEYS.section(),
                    "what is to be shown; write a map such as { p95: 400ms, error_increase: 1%, split: 10% }");
        }
    }

    static final class Guards {
        static final Keys KEYS = new Keys("'guard'");
        static final Key<Duration> P95 = KEYS.add("p95", Values.duration(millis(1), hours(1)));
        static final Key<Double> MAX_ERROR_RATE = KEYS.add("max_error_rate", Values.share(0.001, 0.5));
        static final Key<Double> ERROR_INCREASE = KEYS.add("error_increase", Values.share(0, 0.5));
        static final Key<Double> LATENCY_INCREASE = KEYS.add("latency_increase", Values.share(0, 10));

        static Value<Section> value() {
            return Values.mapOrOff(KEYS.section(), "what the candidate may not do; write a map such as { p95: 400ms }");
        }
    }

    static final class Caches {
        static final Keys KEYS = new Keys("'cache'");
        static final Key<Duration> TTL = KEYS.add("ttl", Values.duration(millis(1), days(30)));
        static final Key<Long> MAX_ENTRIES = KEYS.add("max_entries", Values.wholeLong(1, 10_000_000));
        static final Key<Long> MAX_BYTES = KEYS.add("max_bytes", Values.size(1 << 10, 16L << 30));
        static final Key<Duration> STALE_IF_ERROR = KEYS.add("stale_if_error", Values.duration(millis(1), days(30)));

        static Value<Section> value() {
            return Values.mapOrOff(KEYS.section(), "what is cached; write a map such as { ttl: 5m }");
        }
    }

    static final class Streams {
        static final Keys KEYS = new Keys("'stream'");
        static final Key<Duration> FIRST_TOKEN = KEYS.add("first_token", Values.duration(millis(1), hours(1)));
        static final Key<Duration> SILENCE = KEYS.add("silence", Values.duration(millis(1), hours(1)));
        static final Key<Double> MIN_TOKENS_PER_SECOND = KEYS.add("min_tokens_per_second", Values.number(0, 10_000));
        static final Key<HoldBack> HOLD_BACK = KEYS.add("hold_back", HoldBack.value());
    }

    static final class Budgets {
        static final Keys KEYS = new Keys("'budget'");
        static final Key<Double> LIMIT =
                KEYS.add("limit", Values.number(BudgetSettings.MIN_LIMIT, BudgetSettings.MAX_LIMIT));
        static final Key<BudgetPeriod> PER = KEYS.add("per", Values.word(BudgetPeriod.values()));
        static final Key<BudgetPolicy> AT_LIMIT = KEYS.add("at_limit", Values.word(BudgetPolicy.values()));

        /** A map, {@code off}, or an amount and its period: {@code 20 per day}. */
        static Value<Section> value() {
            Value<Section> map = Values.mapOrOff(KEYS.section(), "what may be spent; write for example '20 per day'");
            Value<Allowance> brief = Allowance.value();
            return (node, where, problems) -> {
                if (!(node instanceof Node.Scalar scalar) || Values.isOff(node) || scalar.type() == Node.Type.EMPTY) {
                    return map.read(node, where, problems);
                }
                Allowance said = brief.read(node, where, problems);
                return said == null ? null : Section.of(where, Map.of(LIMIT, said.limit(), PER, said.per()));
            };
        }
    }

    static final class Hedges {
        static final Keys KEYS = new Keys("'hedge'");
        static final Key<HedgeAfter> AFTER = KEYS.add("after", HedgeAfter.value());
        static final Key<Double> BUDGET = KEYS.add("budget", Values.share(HedgeSettings.MIN_BUDGET, 1));
    }

    static final class Adaptive {
        static final Keys KEYS = new Keys("'max_concurrent'");
        private static final Value<Integer> COUNT = Values.whole(1, 100_000);
        static final Key<Integer> MIN = KEYS.add("min", COUNT);
        static final Key<Integer> INITIAL = KEYS.add("initial", COUNT);
        static final Key<Integer> MAX = KEYS.add("max", COUNT);
    }

    static final class Agents {
        static final Keys KEYS = new Keys("an agent");
        static final Key<String> BASELINE = KEYS.add("baseline", Values.text(100));
        static final Key<String> CANDIDATE = KEYS.add("candidate", Values.text(100));
        static final Key<Duration> TIMEOUT =
                KEYS.add("timeout", Values.duration(AgentSettings.MIN_TIMEOUT, AgentSettings.MAX_TIMEOUT));
        static final Key<Reserve> RESERVE = KEYS.add("reserve", Values.reserve());
        static final Key<Concurrency> MAX_CONCURRENT = KEYS.add("max_concurrent", Concurrency.value());
        static final Key<Integer> QUEUE = KEYS.add("queue", Values.whole(0, 100_000));
        static final Key<Duration> MAX_WAIT = KEYS.add("max_wait", Values.duration(ZERO, minutes(10)));
        static final Key<Double> WAIT_SHARE = KEYS.add("wait_share", Values.share(0, 1));
        static final Key<Section> RETRIES = KEYS.add("retries", Retries.value());
        static final Key<Integer> MAX_ATTEMPTS = KEYS.add("max_attempts", Values.whole(1, 20));
        static final Key<Duration> BACKOFF = KEYS.add("backoff", Values.duration(millis(1), minutes(1)));
        static final Key<Duration> MAX_BACKOFF = KEYS.add("max_backoff", Values.duration(millis(1), minutes(10)));
        static final Key<Duration> MAX_RETRY_AFTER = KEYS.add("max_retry_after", Values.duration(ZERO, minutes(10)));
        static final Key<Section> ROLLOUT = KEYS.add("rollout", Rollouts.KEYS.section());
        static final Key<Section> CACHE = KEYS.add("cache", Caches.value());
        static final Key<Section> STREAM = KEYS.add("stream", Streams.KEYS.section());
        static final Key<Section> BUDGET = KEYS.add("budget", Budgets.value());
        static final Key<Section> HEDGE = KEYS.add("hedge", HedgeAfter.section(Hedges.KEYS, Hedges.AFTER));
        static final Key<Boolean> USE_FINETUNED = KEYS.add("use_finetuned", Values.trueOrFalse());
        static final Key<Boolean> USE_FALLBACK = KEYS.add("use_fallback", Values.trueOrFalse());
        static final Key<Boolean> FALLBACK_ON_CONTENT_FILTER =
                KEYS.add("fallback_on_content_filter", Values.trueOrFalse());
    }

    static final class States {
        static final Keys KEYS = new Keys("'state'");
        static final Key<String> DIRECTORY = KEYS.add("directory", Values.text(4096));
    }

    static final class Servers {
        static final Keys KEYS = new Keys("'server'");
        static final Key<Map<String, KeyReference>> OPERATORS = KEYS.add(
                "operators", Values.named(KeyReference.value(), "a map from names to references to their tokens"));
        static final Key<Map<String, KeyReference>> CLIENTS =
                KEYS.add("clients", Values.named(KeyReference.value(), "a map from names to references to their keys"));
    }

    static final class Root {
        static final Keys KEYS = new Keys("the top level");
        static final Key<Section> MODELS = KEYS.add("models", Models.KEYS.section());
        static final Key<Map<String, Section>> PROVIDERS = KEYS.add("providers", Providers.KEYS.named());
        static final Key<Map<String, Section>> DEPLOYMENTS = KEYS.add("deployments", Deployments.KEYS.named());
        static final Key<Section> DEFAULTS = KEYS.add("defaults", Agents.KEYS.section());
        static final Key<Map<String, Section>> AGENTS = KEYS.add("agents", Agents.KEYS.named());
        static final Key<Section> STATE = KEYS.add("state", States.KEYS.section());
        static final Key<Section> SERVER = KEYS.add("server", Servers.KEYS.section());
    }

    /** Every kind of map, for the advice to somebody who wrote a key in the wrong one. */
    static List<Keys> all() {
        return List.of(
                Root.KEYS,
                Models.KEYS,
                Providers.KEYS,
                Deployments.KEYS,
                Prices.KEYS,
                Breakers.KEYS,
                Agents.KEYS,
                Adaptive.KEYS,
                Retries.KEYS,
                Rollouts.KEYS,
                Guards.KEYS,
                Experiments.KEYS,
                Caches.KEYS,
                Streams.KEYS,
                Budgets.KEYS,
                States.KEYS,
                Servers.KEYS);
    }

    /** What to say about a key that does not belong where it stands. */
    static String unknown(String name, Keys here) {
        String homes = all().stream()
                .filter(keys -> keys.find(name) != null)
                .map(Keys::home)
                .collect(Collectors.joining(" or "));
        return homes.isEmpty()
                ? "unknown key; " + NearestName.advice(name, here.all().keySet(), "")
                : "unknown key here; it belongs to " + homes;
    }

    private static Duration millis(long value) {
        return Duration.ofMillis(value);
    }

    private static Duration seconds(long value) {
        return Duration.ofSeconds(value);
    }

    private static Duration minutes(long value) {
        return Duration.ofMinutes(value);
    }

    private static Duration hours(long value) {
        return Duration.ofHours(value);
    }

    private static Duration days(long value) {
        return Duration.ofDays(value);
    }
}
