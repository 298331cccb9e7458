package dev.understudy.chat;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One model at one provider, with its parameters and price: what an agent calls its baseline or its candidate. Immutable;
 * made with {@link #builder(String)}.
 */
public final class Deployment {

    private final String name;
    private final @Nullable String provider;
    private final @Nullable ChatModel upstream;
    private final String model;
    private final Parameters parameters;
    private final Map<String, @Nullable Object> extra;
    private final int contextWindow;
    private final @Nullable Price price;

    private Deployment(Builder builder) {
        name = builder.name;
        provider = builder.provider;
        upstream = builder.upstream;
        model = builder.model;
        parameters = builder.parameters;
        extra = JsonTree.copyOf(builder.extra);
        contextWindow = builder.contextWindow;
        price = builder.price;
    }

    /**
     * Starts a deployment.
     *
     * @param name its name in the configuration, in metrics and in {@link ChatResponse#model()}
     * @return a new builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * A model that is plain Java.
     *
     * @param name its name in the configuration, in metrics and in {@link ChatResponse#model()}
     * @param upstream what answers
     * @return a new deployment
     */
    public static Deployment of(String name, ChatModel upstream) {
        return builder(name).upstream(upstream).build();
    }

    /**
     * Returns the name in the configuration.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the provider that serves it.
     *
     * @return the provider's name, or null where {@link #upstream()} answers
     */
    public @Nullable String provider() {
        return provider;
    }

    /**
     * Returns the Java object that answers.
     *
     * @return the model, or null where a {@link #provider()} serves it
     */
    public @Nullable ChatModel upstream() {
        return upstream;
    }

    /**
     * Returns what the provider calls this model.
     *
     * @return the name on the wire; default: {@link #name()}
     */
    public String model() {
        return model;
    }

    /**
     * Returns what a request leaves open.
     *
     * @return the default parameters
     */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * Returns provider-specific fields that are sent with every request.
     *
     * @return a {@link JsonTree}; default: empty
     */
    public Map<String, @Nullable Object> extra() {
        return extra;
    }

    /**
     * Returns the declared context window.
     *
     * @return tokens, or 0 where it is not declared
     */
    public int contextWindow() {
        return contextWindow;
    }

    /**
     * Returns what it costs.
     *
     * @return the price; {@link Price#FREE} where it is not known
     */
    public Price price() {
        return price == null ? Price.FREE : price;
    }

    /**
     * Says whether anybody has said what it costs.
     *
     * @return false where {@link #price()} only stands for a price that is not known
     */
    public boolean hasPrice() {
        return price != null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Deployment that
                && name.equals(that.name)
                && Objects.equals(provider, that.provider)
                && upstream == that.upstream
                && model.equals(that.model)
                && parameters.equals(that.parameters)
                && extra.equals(that.extra)
                && contextWindow == that.contextWindow
                && Objects.equals(price, that.price);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, provider, model, parameters, contextWindow);
    }

    @Override
    public String toString() {
        return "Deployment[" + name + ", provider=" + provider + ", model=" + model + "]";
    }

    /** Collects a deployment. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private @Nullable String provider;
        private @Nullable ChatModel upstream;
        private String model;
        private Parameters parameters = Parameters.UNSET;
        private Map<String, @Nullable Object> extra = Map.of();
        private int contextWindow;
        private @Nullable Price price;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
            this.model = name;
        }

        /**
         * Who serves it.
         *
         * @param value the provider's name in the configuration
         * @return this
         */
        public Builder provider(String value) {
            provider = value;
            return this;
        }

        /**
         * The Java object that answers, instead of a provider.
         *
         * @param value any model; a lambda will do
         * @return this
         */
        public Builder upstream(ChatModel value) {
            upstream = value;
            return this;
        }

        /**
         * What the provider calls it.
         *
         * @param value the name on the wire; default: the deployment's name
         * @return this
         */
        public Builder model(String value) {
            model = Objects.requireNonNull(value, "model");
            return this;
        }

        /**
         * What a request leaves open.
         *
         * @param value the defaults; default: unset
         * @return this
         */
        public Builder parameters(Parameters value) {
            parameters = Objects.requireNonNull(value, "parameters");
            return this;
        }

        /**
         * Provider-specific fields, sent with every request.
         *
         * @param value a {@link JsonTree}; default: empty
         * @return this
         */
        public Builder extra(Map<String, @Nullable Object> value) {
            extra = value;
            return this;
        }

        /**
         * How many tokens prompt and answer may have together.
         *
         * @param value tokens, zero or more; 0 means not declared, which is the default
         * @return this
         */
        public Builder contextWindow(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("context_window of '" + name + "' is at least 0, not " + value);
            }
            contextWindow = value;
            return this;
        }

        /**
         * What it costs.
         *
         * @param value the price, {@link Price#FREE} for a model that costs nothing; default: not known, and counted as nothing
         * @return this
         */
        public Builder price(Price value) {
            price = Objects.requireNonNull(value, "price");
            return this;
        }

        /**
         * Makes the deployment.
         *
         * @return a new deployment
         * @throws IllegalArgumentException unless exactly one of provider and upstream is set
         */
        public Deployment build() {
            if ((provider == null) == (upstream == null)) {
                throw new IllegalArgumentException(
                        "Deployment '" + name + "' needs a provider or an upstream, and not both");
            }
            return new Deployment(this);
        }
    }
}
