package dev.understudy.config;

import dev.understudy.budget.BudgetSettings;
import dev.understudy.cache.CacheSettings;
import dev.understudy.call.StreamSettings;
import dev.understudy.error.Bounds;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.insight.ExperimentSettings;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one agent is served: its two models, its deadline, and what every capability does for it. Immutable, compared by value;
 * made with {@link #builder(String)}. What contradicts itself or names a model that nobody defined is found by {@link
 * Configuration.Builder#build()}, which sees the whole.
 */
public final class AgentSettings {

    /** Bound on a whole call, unless the configuration says otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /** The shortest time-out. */
    public static final Duration MIN_TIMEOUT = Duration.ofMillis(1);

    /** The longest time-out. */
    public static final Duration MAX_TIMEOUT = Duration.ofHours(1);

    private final String name;
    private final String baseline;
    private final @Nullable String candidate;
    private final Duration timeout;
    private final FallbackSettings fallback;
    private final RetrySettings retry;
    private final ThrottleSettings throttle;
    private final RolloutSettings rollout;
    private final @Nullable ExperimentSettings experiment;
    private final @Nullable CacheSettings cache;
    private final StreamSettings stream;
    private final @Nullable BudgetSettings budget;
    private final @Nullable HedgeSettings hedge;
    private final @Nullable Boolean useFinetuned;
    private final @Nullable Boolean useFallback;

    private AgentSettings(Builder builder, String baseline) {
        name = builder.name;
        this.baseline = baseline;
        candidate = builder.candidate;
        timeout = builder.timeout;
        fallback = builder.fallback;
        retry = builder.retry;
        throttle = builder.throttle;
        rollout = builder.rollout;
        experiment = builder.experiment;
        cache = builder.cache;
        stream = builder.stream;
        budget = builder.budget;
        hedge = builder.hedge;
        useFinetuned = builder.useFinetuned;
        useFallback = builder.useFallback;
    }

    /**
     * Starts an agent.
     *
     * @param name its name, as {@code chat()} and the metrics use it
     * @return a new builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Returns the agent's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the proven model.
     *
     * @return a deployment's name
     */
    public String baseline() {
        return baseline;
    }

    /**
     * Returns the model that is being rolled out.
     *
     * @return a deployment's name, or null where there is none
     */
    public @Nullable String candidate() {
        return candidate;
    }

    /**
     * Returns the bound on the whole call.
     *
     * @return 1 ms to 1 h; default 60 s
     */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Returns what is kept for the baseline.
     *
     * @return the fallback's settings
     */
    public FallbackSettings fallback() {
        return fallback;
    }

    /**
     * Returns how often the same model is tried again.
     *
     * @return the retry's settings
     */
    public RetrySettings retry() {
        return retry;
    }

    /**
     * Returns how many attempts may be on the wire, and how others wait.
     *
     * @return the throttle's settings
     */
    public ThrottleSettings throttle() {
        return throttle;
    }

    /**
     * Returns who is on the candidate.
     *
     * @return the rollout's settings
     */
    public RolloutSettings rollout() {
        return rollout;
    }

    /**
     * Returns what the rollout is to show.
     *
     * @return the experiment's settings, or null where nothing is asked, which is the default
     */
    public @Nullable ExperimentSettings experiment() {
        return experiment;
    }

    /**
     * Returns what is remembered.
     *
     * @return the cache's settings, or null where nothing is cached, which is the default
     */
    public @Nullable CacheSettings cache() {
        return cache;
    }

    /**
     * Returns what streams must keep to.
     *
     * @return the limits on first token, silence and pace, and what is held back
     */
    public StreamSettings stream() {
        return stream;
    }

    /**
     * Returns what the agent may spend.
     *
     * @return the budget's settings, or null where there is none, which is the default
     */
    public @Nullable BudgetSettings budget() {
        return budget;
    }

    /**
     * Returns when the baseline is asked besides a candidate that is late.
     *
     * @return the hedge's settings, or null where nothing is hedged, which is the default
     */
    public @Nullable HedgeSettings hedge() {
        return hedge;
    }

    /**
     * Returns whether this agent may use its candidate; {@link Configuration#useFinetuned(AgentSettings)} joins it with the
     * kill switch.
     *
     * @return the agent's own switch, or null where it has none
     */
    public @Nullable Boolean useFinetuned() {
        return useFinetuned;
    }

    /**
     * Returns whether this agent's baseline may answer for its candidate; {@link Configuration#useFallback(AgentSettings)}
     * joins it with the global switch.
     *
     * @return the agent's own switch, or null where it has none
     */
    public @Nullable Boolean useFallback() {
        return useFallback;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AgentSettings that
                && name.equals(that.name)
                && baseline.equals(that.baseline)
                && Objects.equals(candidate, that.candidate)
                && timeout.equals(that.timeout)
                && fallback.equals(that.fallback)
                && retry.equals(that.retry)
                && throttle.equals(that.throttle)
                && rollout.equals(that.rollout)
                && Objects.equals(experiment, that.experiment)
                && Objects.equals(cache, that.cache)
                && stream.equals(that.stream)
                && Objects.equals(budget, that.budget)
                && Objects.equals(hedge, that.hedge)
                && Objects.equals(useFinetuned, that.useFinetuned)
                && Objects.equals(useFallback, that.useFallback);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, baseline, candidate, timeout, throttle, rollout, cache);
    }

    @Override
    public String toString() {
        return "AgentSettings[" + name + ", baseline=" + baseline + ", candidate=" + candidate + ", timeout="
                + Bounds.spell(timeout) + ", rollout=" + rollout.share() + "]";
    }

    /** Collects an agent's settings. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private @Nullable String baseline;
        private @Nullable String candidate;
        private Duration timeout = DEFAULT_TIMEOUT;
        private FallbackSettings fallback = FallbackSettings.DEFAULT;
        private RetrySettings retry = RetrySettings.DEFAULT;
        private ThrottleSettings throttle = ThrottleSettings.DEFAULT;
        private RolloutSettings rollout = RolloutSettings.DEFAULT;
        private @Nullable ExperimentSettings experiment;
        private @Nullable CacheSettings cache;
        private StreamSettings stream = StreamSettings.DEFAULT;
        private @Nullable BudgetSettings budget;
        private @Nullable HedgeSettings hedge;
        private @Nullable Boolean useFinetuned;
        private @Nullable Boolean useFallback;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /**
         * The proven model.
         *
         * @param value a deployment's name; required
         * @return this
         */
        public Builder baseline(String value) {
            baseline = Objects.requireNonNull(value, "baseline");
            return this;
        }

        /**
         * The model that is being rolled out.
         *
         * @param value a deployment's name other than the baseline's, or null, the default, for none
         * @return this
         */
        public Builder candidate(@Nullable String value) {
            candidate = value;
            return this;
        }

        /**
         * The bound on the whole call.
         *
         * @param value 1 ms to 1 h; default 60 s
         * @return this
         */
        public Builder timeout(Duration value) {
            Bounds.check("timeout", value, MIN_TIMEOUT, MAX_TIMEOUT);
            timeout = value;
            return this;
        }

        /**
         * What is kept for the baseline.
         *
         * @param value the settings; default {@link FallbackSettings#DEFAULT}
         * @return this
         */
        public Builder fallback(FallbackSettings value) {
            fallback = Objects.requireNonNull(value, "fallback");
            return this;
        }

        /**
         * How often the same model is tried again.
         *
         * @param value the settings; default {@link RetrySettings#DEFAULT}
         * @return this
         */
        public Builder retry(RetrySettings value) {
            retry = Objects.requireNonNull(value, "retry");
            return this;
        }

        /**
         * How many attempts may be on the wire, and how others wait.
         *
         * @param value the settings; default {@link ThrottleSettings#DEFAULT}
         * @return this
         */
        public Builder throttle(ThrottleSettings value) {
            throttle = Objects.requireNonNull(value, "throttle");
            return this;
        }

        /**
         * How many attempts may be on the wire, with the default queue of twice as many.
         *
         * @param value permits for each of the agent's two models; 1 to 50,000; default 10
         * @return this
         */
        public Builder maxConcurrent(int value) {
            return throttle(ThrottleSettings.of(value));
        }

        /**
         * How many attempts may be on the wire is learnt, for each of the agent's two models by itself, with the default queue of
         * twice the most. {@code understudy-adaptive} has to be on the class path.
         *
         * @param value the bounds; {@link AdaptiveSettings#DEFAULT} for the usual ones
         * @return this
         */
        public Builder maxConcurrent(AdaptiveSettings value) {
            return throttle(ThrottleSettings.of(value));
        }

        /**
         * Who is on the candidate.
         *
         * @param value the settings; default {@link RolloutSettings#DEFAULT}, nobody
         * @return this
         */
        public Builder rollout(RolloutSettings value) {
            rollout = Objects.requireNonNull(value, "rollout");
            return this;
        }

        /**
         * The most units that ever are on the candidate; the other settings of the rollout stay as they are.
         *
         * @param percent 0 to 100, at most three decimals; default 0
         * @return this
         */
        public Builder percentage(double percent) {
            return rollout(rollout.withShare(Share.percent(percent)));
        }

        /**
         * How the share climbs by itself, up to the percentage, or to 100 where none was set; the other settings of the
         * rollout stay as they are.
         *
         * @param value the steps; default {@link RampSettings#NONE}
         * @return this
         */
        public Builder ramp(RampSettings value) {
            return rollout(rollout.withRamp(value));
        }

        /**
         * What the candidate may not do; the other settings of the rollout stay as they are.
         *
         * @param value the limits; default {@link GuardSettings#DEFAULT}
         * @return this
         */
        public Builder guard(GuardSettings value) {
            return rollout(rollout.withGuard(value));
        }

        /**
         * What the rollout is to show before its candidate is accepted.
         *
         * @param value the settings, or null, the default, to ask nothing
         * @return this
         */
        public Builder experiment(@Nullable ExperimentSettings value) {
            experiment = value;
            return this;
        }

        /**
         * What is remembered.
         *
         * @param value the settings, or null, the default, to cache nothing
         * @return this
         */
        public Builder cache(@Nullable CacheSettings value) {
            cache = value;
            return this;
        }

        /**
         * What streams must keep to.
         *
         * @param value the settings; default {@link StreamSettings#DEFAULT}
         * @return this
         */
        public Builder stream(StreamSettings value) {
            stream = Objects.requireNonNull(value, "stream");
            return this;
        }

        /**
         * What the agent may spend in an hour, a day or a month. Its models need a price then.
         *
         * @param value the settings, or null, the default, for as much as its calls cost
         * @return this
         */
        public Builder budget(@Nullable BudgetSettings value) {
            budget = value;
            return this;
        }

        /**
         * When the baseline is asked besides a candidate that is late.
         *
         * @param value the settings, or null, the default, to ask it only when the candidate has failed
         * @return this
         */
        public Builder hedge(@Nullable HedgeSettings value) {
            hedge = value;
            return this;
        }

        /**
         * Whether this agent may use its candidate.
         *
         * @param value false keeps the candidate away; true cannot overrule the kill switch; default null: as for all agents
         * @return this
         */
        public Builder useFinetuned(@Nullable Boolean value) {
            useFinetuned = value;
            return this;
        }

        /**
         * Whether this agent's baseline may answer for its candidate.
         *
         * @param value the agent's choice, whatever holds for the others; default null: as for all agents
         * @return this
         */
        public Builder useFallback(@Nullable Boolean value) {
            useFallback = value;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return new settings
         * @throws IllegalArgumentException if there is no baseline
         */
        public AgentSettings build() {
            if (baseline == null) {
                throw new IllegalArgumentException("Agent '" + name + "' needs a baseline");
            }
            return new AgentSettings(this, baseline);
        }
    }
}
