package dev.understudy.tests.faults;

import dev.understudy.ModelRegistry;
import dev.understudy.breaker.BreakerSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.tests.hostile.HostileServer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A registry whose one agent has a candidate and a baseline at a hostile server, everybody on the candidate. Pauses
 * between attempts are short, so that tests are; all else is as an application would have it.
 */
final class World implements AutoCloseable {

    static final String AGENT = "qa_agent";
    static final String CANDIDATE = "candidate";
    static final String BASELINE = "baseline";
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** One further attempt with a fallback, two without, four in all, as by default; but hardly any pause. */
    static final RetrySettings QUICK =
            new RetrySettings(1, 2, 4, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(10));

    /** Opens after a thousand failures in a row, and not before. */
    static final BreakerSettings NO_BREAKER = new BreakerSettings(
            Duration.ofSeconds(30),
            10_000,
            1,
            1_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(120),
            Duration.ofMinutes(5));

    private static volatile World latest;

    private final HostileServer server = HostileServer.start();
    private final RecordedEvents events = new RecordedEvents();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ModelRegistry registry;
    private final Configuration configuration;

    private World(Builder builder) {
        configuration = builder.configuration(server);
        ModelRegistry.Builder start = ModelRegistry.builder()
                .configuration(configuration)
                .listener(events)
                .listener(new MicrometerListener(meters));
        builder.listeners.forEach(start::listener);
        registry = start.build();
        latest = this;
    }

    static Builder builder() {
        return new Builder();
    }

    /** Loads and compiles what a first call needs, which may take longer than the time-outs of these tests. Once. */
    static void warmUp() {
        Warm.nothing();
    }

    private static final class Warm {
        static {
            CallOptions patient =
                    CallOptions.builder().timeout(Duration.ofMinutes(1)).build();
            for (String fault : List.of("status;code=503;body=text", "reset-before-headers", "html", "answer")) {
                try (World world = builder().noBreaker().build()) {
                    world.server.script(CANDIDATE, fault).script(BASELINE, "answer");
                    for (int i = 0; i < 20; i++) {
                        Face.all().forEach(face -> world.call(face, patient).response());
                    }
                    world.registry.chatAsync(AGENT, prompt(), patient).cancel(true);
                }
            }
        }

        static void nothing() {}
    }

    /** As it comes, with faults for candidate and baseline. */
    static World of(String candidate, String baseline) {
        World world = builder().build();
        world.server.script(CANDIDATE, candidate).script(BASELINE, baseline);
        return world;
    }

    HostileServer server() {
        return server;
    }

    ModelRegistry registry() {
        return registry;
    }

    Configuration configuration() {
        return configuration;
    }

    RecordedEvents events() {
        return events;
    }

    String scrape() {
        return meters.scrape();
    }

    PrometheusMeterRegistry meters() {
        return meters;
    }

    /** What the server's log says of a model. */
    List<Attempt> attempts(String model) {
        return server.log().attempts(model);
    }

    /** The state of a model's breaker, as events told it. */
    CircuitState circuit(String model) {
        return events.of(Event.BreakerChanged.class).stream()
                .filter(change -> change.model().equals(model))
                .reduce((first, second) -> second)
                .map(Event.BreakerChanged::to)
                .orElse(CircuitState.CLOSED);
    }

    /** A gauge summed over its tags; asked, not remembered. */
    double gauge(String name) {
        return meters.find(name).gauges().stream().mapToDouble(Gauge::value).sum();
    }

    /** A counter summed over its tags, or over those that have all of these. */
    double count(String name, String... tags) {
        return meters.find(name).tags(tags).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /** Waits until no attempt is in flight and nobody waits, neither here nor at the server. */
    void awaitRest() {
        boolean rest = server.log()
                .await(
                        () -> gauge("model.inflight") == 0
                                && gauge("model.queue") == 0
                                && server.log().inFlight(CANDIDATE) == 0
                                && server.log().inFlight(BASELINE) == 0,
                        Duration.ofSeconds(5));
        if (!rest) {
            throw new AssertionError("Not at rest: " + gauge("model.inflight") + " permits out, " + gauge("model.queue")
                    + " waiting, the server sees " + server.log().inFlight(CANDIDATE) + " and "
                    + server.log().inFlight(BASELINE));
        }
    }

    /** Lets go of the last one. */
    static void forget() {
        latest = null;
    }

    /** What happened last, for the message of a failed test. */
    static String story() {
        return latest == null ? "Nothing happened" : latest.ownStory();
    }

    private String ownStory() {
        return "The server saw " + server.log().attempts() + " on "
                + server.log().connections()
                + " connections and unreadable " + server.log().unreadable() + "; the registry told "
                + events.all();
    }

    /** Calls the agent. */
    Result call() {
        return call(Face.CHAT, CallOptions.DEFAULT);
    }

    /** Calls the agent by one of the faces. */
    Result call(Face face, CallOptions options) {
        return face.call(registry, AGENT, prompt(), options);
    }

    static List<Message> prompt() {
        return List.of(Message.system("Answer."), Message.user("What of " + Canaries.PROMPT + "?"));
    }

    @Override
    public void close() {
        registry.close();
        server.close();
    }

    /** Collects what is different this time. */
    static final class Builder {
        private Duration timeout = TIMEOUT;
        private boolean useFallback = true;
        private BreakerSettings breaker = BreakerSettings.DEFAULT;
        private UnaryOperator<AgentSettings.Builder> agent = UnaryOperator.identity();
        private UnaryOperator<Configuration.Builder> more = UnaryOperator.identity();
        private URI candidateUrl;
        private int providerConcurrency = 64;
        private int candidateWindow;
        private int baselineWindow;
        private final List<Listener> listeners = new ArrayList<>();

        Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        Builder useFallback(boolean value) {
            useFallback = value;
            return this;
        }

        Builder breaker(BreakerSettings value) {
            breaker = value;
            return this;
        }

        /** Opens after so many failures in a row. */
        Builder breakerAfter(int failures, Duration open) {
            return breaker(new BreakerSettings(
                    Duration.ofSeconds(30), 20, 0.5, failures, open, open.multipliedBy(4), Duration.ofMinutes(5)));
        }

        /** May be called several times. */
        Builder agent(UnaryOperator<AgentSettings.Builder> change) {
            UnaryOperator<AgentSettings.Builder> before = agent;
            agent = settings -> change.apply(before.apply(settings));
            return this;
        }

        Builder configuration(UnaryOperator<Configuration.Builder> change) {
            more = change;
            return this;
        }

        /** Lets every call through, so that other things can be looked at. */
        Builder noBreaker() {
            return breaker(NO_BREAKER);
        }

        /** An agent whose baseline is the only model it has. */
        Builder baselineOnly() {
            return agent(agent -> agent.candidate(null).percentage(0));
        }

        /** Where the candidate's provider is, if it is not the hostile server. */
        Builder candidateUrl(URI value) {
            candidateUrl = value;
            return this;
        }

        Builder providerConcurrency(int value) {
            providerConcurrency = value;
            return this;
        }

        Builder windows(int candidate, int baseline) {
            candidateWindow = candidate;
            baselineWindow = baseline;
            return this;
        }

        Builder listener(Listener value) {
            listeners.add(value);
            return this;
        }

        World build() {
            return new World(this);
        }

        private Configuration configuration(HostileServer server) {
            Configuration.Builder start = Configuration.builder()
                    .useFallback(useFallback)
                    .provider(provider("home", server.baseUrl()))
                    .provider(provider("elsewhere", candidateUrl == null ? server.baseUrl() : candidateUrl))
                    .model(new ModelSettings(
                            Deployment.builder(CANDIDATE)
                                    .provider("elsewhere")
                                    .contextWindow(candidateWindow)
                                    .price(new Price(2, 4))
                                    .build(),
                            breaker,
                            null))
                    .model(new ModelSettings(
                            Deployment.builder(BASELINE)
                                    .provider("home")
                                    .contextWindow(baselineWindow)
                                    .price(new Price(1, 3))
                                    .build(),
                            breaker,
                            null))
                    .agent(agent.apply(AgentSettings.builder(AGENT)
                                    .baseline(BASELINE)
                                    .candidate(CANDIDATE)
                                    .timeout(timeout)
                                    .retry(QUICK)
                                    .percentage(100)
                                    .guard(GuardSettings.OFF)) // here candidates fail as long as a test likes
                            .build());
            return more.apply(start).build();
        }

        private Provider provider(String name, URI url) {
            return new Provider(name, "openai", url, Secret.of("env:KEY", Canaries.KEY), providerConcurrency, Map.of());
        }
    }
}
