package dev.understudy.config;

import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.error.ConfigurationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that a registry needs to know, at one moment: a snapshot that has been checked as a whole. Immutable, compared by
 * value; made with {@link #builder()} or read from a file with {@link #fromYaml(Path)}. One call sees one configuration, whatever is reloaded meanwhile.
 */
public final class Configuration {

    private final boolean useFinetuned;
    private final boolean useFallback;
    private final Map<String, Provider> providers;
    private final Map<String, ModelSettings> models;
    private final Map<String, AgentSettings> agents;
    private final @Nullable Path stateDirectory;
    private final Operators operators;
    private final Operators clients;

    private Configuration(Builder builder) {
        useFinetuned = builder.useFinetuned;
        useFallback = builder.useFallback;
        providers = Collections.unmodifiableMap(new LinkedHashMap<>(builder.providers));
        models = Collections.unmodifiableMap(new LinkedHashMap<>(builder.models));
        agents = Collections.unmodifiableMap(new LinkedHashMap<>(builder.agents));
        stateDirectory = builder.stateDirectory;
        operators = builder.operators.isEmpty() ? Operators.NONE : new Operators(builder.operators);
        clients = builder.clients.isEmpty() ? Operators.NONE : new Operators(builder.clients);
    }

    /**
     * Starts an empty configuration.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads a file: keys from the environment and from files beside it, provider clients from the class path.
     *
     * @param file the YAML file; at most 256 KiB
     * @return what it says
     * @throws ConfigurationException with every problem, if it cannot be read or used
     */
    public static Configuration fromYaml(Path file) {
        return ConfigurationReader.installed().read(file);
    }

    /**
     * Returns the kill switch.
     *
     * @return false if nobody gets a candidate; default true
     */
    public boolean useFinetuned() {
        return useFinetuned;
    }

    /**
     * Says whether an agent may use its candidate: the kill switch and the agent's own switch must both allow it.
     *
     * @param agent the agent
     * @return whether the candidate may serve its calls
     */
    public boolean useFinetuned(AgentSettings agent) {
        return useFinetuned && !Boolean.FALSE.equals(agent.useFinetuned());
    }

    /**
     * Returns whether baselines answer for failed candidates.
     *
     * @return what holds for agents that do not say; default true
     */
    public boolean useFallback() {
        return useFallback;
    }

    /**
     * Says whether an agent's baseline answers for its candidate: as the agent says, else as for all.
     *
     * @param agent the agent
     * @return whether its calls may fall back
     */
    public boolean useFallback(AgentSettings agent) {
        Boolean own = agent.useFallback();
        return own != null ? own : useFallback;
    }

    /**
     * Returns the providers.
     *
     * @return by name, in the order in which they were given; unmodifiable
     */
    public Map<String, Provider> providers() {
        return providers;
    }

    /**
     * Returns the models.
     *
     * @return by the deployment's name, in the order in which they were given; unmodifiable
     */
    public Map<String, ModelSettings> models() {
        return models;
    }

    /**
     * Returns the agents.
     *
     * @return by name, in the order in which they were given; unmodifiable; never empty
     */
    public Map<String, AgentSettings> agents() {
        return agents;
    }

    /**
     * Returns where the state of rollouts is kept.
     *
     * @return {@code state.directory} as it is written, or null where it is not said
     */
    public @Nullable Path stateDirectory() {
        return stateDirectory;
    }

    /**
     * Returns where the state of rollouts is kept by those who read this configuration from a file.
     *
     * @param file the file
     * @return {@code state.directory}, seen from the file's folder; or else the file's name with {@code .state} behind it
     */
    public Path stateDirectory(Path file) {
        return stateDirectory != null ? file.resolveSibling(stateDirectory) : Path.of(file + ".state");
    }

    /**
     * Returns who may change a running service from outside.
     *
     * @return the operators; default {@link Operators#NONE}
     */
    public Operators operators() {
        return operators;
    }

    /**
     * Returns who may call agents through a server's OpenAI face.
     *
     * @return the clients and their keys; default {@link Operators#NONE}, and no key is needed on the same machine
     */
    public Operators clients() {
        return clients;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Configuration that
                && useFinetuned == that.useFinetuned
                && useFallback == that.useFallback
                && providers.equals(that.providers)
                && models.equals(that.models)
                && agents.equals(that.agents)
                && Objects.equals(stateDirectory, that.stateDirectory)
                && operators.equals(that.operators)
                && clients.equals(that.clients);
    }

    @Override
    public int hashCode() {
        return Objects.hash(useFinetuned, useFallback, providers, models, agents);
    }

    @Override
    public String toString() {
        return "Configuration[useFinetuned=" + useFinetuned + ", useFallback=" + useFallback + ", providers="
                + providers.keySet() + ", models=" + models.keySet() + ", agents=" + agents.keySet() + "]";
    }

    /** Collects a configuration. Not thread-safe. */
    public static final class Builder {
        private boolean useFinetuned = true;
        private boolean useFallback = true;
        private final Map<String, Provider> providers = new LinkedHashMap<>();
        private final Map<String, ModelSettings> models = new LinkedHashMap<>();
        private final Map<String, AgentSettings> agents = new LinkedHashMap<>();
        private @Nullable Path stateDirectory;
        private final Map<String, Secret> operators = new LinkedHashMap<>();
        private final Map<String, Secret> clients = new LinkedHashMap<>();
        private final List<Finding> twice = new ArrayList<>();

        private Builder() {}

        /**
         * The kill switch.
         *
         * @param value false to keep every candidate away; default true
         * @return this
         */
        public Builder useFinetuned(boolean value) {
            useFinetuned = value;
            return this;
        }

        /**
         * Whether baselines answer for failed candidates, where the agent does not say.
         *
         * @param value default true
         * @return this
         */
        public Builder useFallback(boolean value) {
            useFallback = value;
            return this;
        }

        /**
         * Where the state of rollouts is kept, so that it survives restarts.
         *
         * @param value a directory of its own, made where there is none; default null: beside the file, or in memory where the
         *     configuration does not come from a file
         * @return this
         */
        public Builder stateDirectory(@Nullable Path value) {
            stateDirectory = value;
            return this;
        }

        /**
         * Adds somebody who may change a running service from outside, through its server.
         *
         * @param name who, for log and history; it must be new
         * @param token what shows that it is them; at least {@value Operators#MIN_TOKEN_LENGTH} characters, and nobody else's
         * @return this
         */
        public Builder operator(String name, Secret token) {
            add(WholeCheck.OPERATORS, name, token, operators);
            return this;
        }

        /**
         * Adds somebody who may call agents through a server's OpenAI face. With one, nobody may without a key.
         *
         * @param name who; it must be new
         * @param key what it sends as {@code Authorization: Bearer}; at least {@value Operators#MIN_TOKEN_LENGTH} characters, and
         *     nobody else's, nor an operator's
         * @return this
         */
        public Builder client(String name, Secret key) {
            add(WholeCheck.CLIENTS, name, key, clients);
            return this;
        }

        /**
         * Adds a provider.
         *
         * @param value the provider; its name must be new
         * @return this
         */
        public Builder provider(Provider value) {
            add("providers", value.name(), value, providers);
            return this;
        }

        /**
         * Adds a model.
         *
         * @param value the model and what guards it; its name must be new
         * @return this
         */
        public Builder model(ModelSettings value) {
            add("deployments", value.name(), value, models);
            return this;
        }

        /**
         * Adds a model with the default breaker and no rate limit.
         *
         * @param value the model; its name must be new
         * @return this
         */
        public Builder deployment(Deployment value) {
            return model(ModelSettings.of(value));
        }

        /**
         * Adds an agent.
         *
         * @param value the agent; its name must be new
         * @return this
         */
        public Builder agent(AgentSettings value) {
            add("agents", value.name(), value, agents);
            return this;
        }

        /**
         * Makes the configuration.
         *
         * @return a new snapshot
         * @throws ConfigurationException with every problem, if something contradicts itself or is not defined
         */
        public Configuration build() {
            WholeCheck check = new WholeCheck(providers.keySet(), models.keySet());
            twice.forEach(check::add);
            providers.values().forEach(check::provider);
            models.values().forEach(check::model);
            check.agents(agents.values());
            operators.forEach(check::operator);
            clients.forEach(check::client);
            if (!check.findings().isEmpty()) {
                throw new ConfigurationException(
                        "built in Java",
                        check.findings().stream().map(Finding::toString).toList());
            }
            return unchecked();
        }

        /** Makes the configuration after its parts have been checked one by one. */
        Configuration unchecked() {
            return new Configuration(this);
        }

        private <T> void add(String section, String name, T value, Map<String, T> to) {
            if (to.putIfAbsent(name, value) != null) {
                twice.add(new Finding(WholeCheck.path(section, name), "is defined twice; names are unique"));
            }
        }
    }
}
