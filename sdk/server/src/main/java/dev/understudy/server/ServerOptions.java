package dev.understudy.server;

import dev.understudy.server.http.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where a {@link RegistryServer} listens, and what it serves. Immutable. */
public final class ServerOptions {

    /** The port unless another is said. */
    public static final int DEFAULT_PORT = 9464;

    /** Port {@value #DEFAULT_PORT} of the loopback, with the console, without metrics and without the OpenAI face. */
    public static final ServerOptions DEFAULT = builder().build();

    private final InetSocketAddress listenOn;
    private final Set<String> allowedHosts;
    private final @Nullable UnaryOperator<String> metrics;
    private final boolean console;
    private final boolean openAi;
    private final Limits limits;

    private ServerOptions(Builder builder) {
        listenOn = new InetSocketAddress(builder.address, builder.port);
        allowedHosts = Set.copyOf(builder.allowedHosts);
        metrics = builder.metrics;
        console = builder.console;
        openAi = builder.openAi;
        limits = builder.limits;
    }

    /**
     * Starts with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    InetSocketAddress listenOn() {
        return listenOn;
    }

    Set<String> allowedHosts() {
        return allowedHosts;
    }

    @Nullable
    UnaryOperator<String> metrics() {
        return metrics;
    }

    boolean console() {
        return console;
    }

    boolean openAi() {
        return openAi;
    }

    Limits limits() {
        return limits;
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private InetAddress address = InetAddress.getLoopbackAddress();
        private int port = DEFAULT_PORT;
        private final Set<String> allowedHosts = new LinkedHashSet<>();
        private @Nullable UnaryOperator<String> metrics;
        private boolean console = true;
        private boolean openAi;
        private Limits limits = Limits.DEFAULT;

        private Builder() {}

        /**
         * Which of the machine's addresses to listen on. Whoever reaches it can read health, metrics and rollouts, and call
         * agents where the OpenAI face is on.
         *
         * @param value an address; default: the loopback, which only programs on the same machine reach
         * @return this
         */
        public Builder address(InetAddress value) {
            address = Objects.requireNonNull(value, "address");
            return this;
        }

        /**
         * Which port to listen on.
         *
         * @param value 1 to 65,535, or 0 for any that is free; default {@value ServerOptions#DEFAULT_PORT}
         * @return this
         */
        public Builder port(int value) {
            if (value < 0 || value > 65_535) {
                throw new IllegalArgumentException("There is no port " + value);
            }
            port = value;
            return this;
        }

        /**
         * Under which names the server is reached besides {@code localhost} and the address it listens on: the name of a
         * service in a cluster, or of a proxy in front of it. Requests for other names are refused, for by such a name the
         * page of another site could speak to it (DNS rebinding).
         *
         * @param values host names without port; default: none
         * @return this
         */
        public Builder allowedHosts(String... values) {
            for (String value : values) {
                if (!value.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]")) {
                    throw new IllegalArgumentException("No host name: " + value);
                }
                allowedHosts.add(value.toLowerCase(Locale.ROOT));
            }
            return this;
        }

        /**
         * What {@code GET /metrics} answers: {@code prometheusMeterRegistry::scrape}.
         *
         * @param scrape is told the content type that was asked for, {@code text/plain; version=0.0.4} or
         *     {@code application/openmetrics-text; version=1.0.0}, and returns the meters in it; thread-safe; default: there is
         *     no {@code /metrics}
         * @return this
         */
        public Builder metrics(UnaryOperator<String> scrape) {
            metrics = Objects.requireNonNull(scrape, "scrape");
            return this;
        }

        /**
         * Whether a page for people is served at {@code /}.
         *
         * @param value default true
         * @return this
         */
        public Builder console(boolean value) {
            console = value;
            return this;
        }

        /**
         * Whether agents can be called in the OpenAI format at {@code /v1}, which spends money. Those may that the
         * configuration names under {@code server.clients}; where it names nobody, whoever is on the same machine.
         *
         * @param value default false
         * @return this
         */
        public Builder openAi(boolean value) {
            openAi = value;
            return this;
        }

        /** Short times for tests. */
        Builder limits(Limits value) {
            limits = value;
            return this;
        }

        /**
         * Makes the options.
         *
         * @return new options
         */
        public ServerOptions build() {
            return new ServerOptions(this);
        }
    }
}
