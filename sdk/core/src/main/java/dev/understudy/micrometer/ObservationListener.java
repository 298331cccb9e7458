package dev.understudy.micrometer;

import dev.understudy.event.CallObservation;
import dev.understudy.event.Destination;
import dev.understudy.event.Event;
import dev.understudy.event.Observer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes an observation of each call, and one of each of its attempts: with a tracer's handler in the observation registry
 * they become spans, the attempts as children of the call, the call as a child of whatever the caller observes. A
 * listener like others; a registry has at most one. Thread-safe.
 *
 * <p>A call's observation is current on the thread that runs it, an attempt's on the thread that asks the model: an HTTP
 * client that is instrumented itself nests there. Asynchronous calls and workers take their parent along. No observation
 * holds anything of a prompt or an answer, nor a message of an exception.
 *
 * <p>Handlers run on the call's threads. One that throws changes no call, and is named in the log; one that waits makes the
 * call wait: exporters have a queue of their own for that. A registry without handlers costs a call nothing but this look.
 */
public final class ObservationListener implements Observer {

    static final String VARIANT = "understudy.variant";
    static final String OUTCOME = "understudy.outcome";
    static final String MODEL = "understudy.model";
    static final String ATTEMPT = "understudy.attempt";
    static final String ATTEMPTS = "understudy.attempts";
    static final String CACHE = "understudy.cache";
    static final String REASON = "understudy.reason";
    static final String COST = "understudy.cost";
    static final String REQUEST_ID = "understudy.request_id";

    private static final CallObservationConvention CALLS = new CallObservationConvention() {};
    private static final AttemptObservationConvention ATTEMPTS_BY_THE_BOOK = new AttemptObservationConvention() {};

    private final ObservationRegistry registry;
    private final @Nullable CallObservationConvention calls;
    private final @Nullable AttemptObservationConvention attempts;
    /** By the model's name in the configuration; those that a reload took away stay, for calls that are under way. */
    private final ConcurrentHashMap<String, Destination> destinations = new ConcurrentHashMap<>();

    /**
     * Observes with the names of {@code docs/tracing.md}.
     *
     * @param registry where handlers are registered
     */
    public ObservationListener(ObservationRegistry registry) {
        this(builder(registry));
    }

    private ObservationListener(Builder builder) {
        registry = builder.registry;
        calls = builder.calls;
        attempts = builder.attempts;
    }

    /**
     * Starts with the names of {@code docs/tracing.md}.
     *
     * @param registry where handlers are registered
     * @return a new builder
     */
    public static Builder builder(ObservationRegistry registry) {
        return new Builder(Objects.requireNonNull(registry, "registry"));
    }

    ObservationRegistry registry() {
        return registry;
    }

    @Override
    public boolean mayBlock() {
        return false; // nothing is done here: see callStarted
    }

    @Override
    public void on(Event event) {}

    @Override
    public void configured(List<Destination> known) {
        known.forEach(destination -> destinations.put(destination.model(), destination));
    }

    @Override
    public @Nullable CallObservation callStarted(String agent) {
        if (registry.isNoop()) {
            return null;
        }
        Observation caller = registry.getCurrentObservation();
        CallObservationContext context = new CallObservationContext(agent);
        Observation observation = Observation.createNotStarted(calls, CALLS, () -> context, registry);
        start(observation);
        return new ObservedCall(this, observation, context, caller);
    }

    /** What one handler began is ended where another one cannot begin. */
    private static void start(Observation observation) {
        try {
            observation.start();
        } catch (RuntimeException | Error broken) {
            try {
                observation.stop();
            } catch (RuntimeException | Error unfinished) {
                broken.addSuppressed(unfinished);
            }
            throw broken;
        }
    }

    ObservedAttempt attempt(String agent, String model, @Nullable Observation parent) {
        Destination known = destinations.get(model);
        AttemptObservationContext context =
                new AttemptObservationContext(agent, known == null ? Destination.unknown(model) : known);
        Observation observation = Observation.createNotStarted(attempts, ATTEMPTS_BY_THE_BOOK, () -> context, registry);
        observation.parentObservation(parent);
        return new ObservedAttempt(registry, observation, context);
    }

    /** Collects the names that observations get. Not thread-safe. */
    public static final class Builder {
        private final ObservationRegistry registry;
        private @Nullable CallObservationConvention calls;
        private @Nullable AttemptObservationConvention attempts;

        private Builder(ObservationRegistry registry) {
            this.registry = registry;
        }

        /**
         * How calls are named, and what is said of them.
         *
         * @param value the convention; default: a global one of the registry's, else that of {@code docs/tracing.md}
         * @return this
         */
        public Builder callConvention(CallObservationConvention value) {
            calls = Objects.requireNonNull(value, "callConvention");
            return this;
        }

        /**
         * How attempts are named, and what is said of them.
         *
         * @param value the convention; default: a global one of the registry's, else that of {@code docs/tracing.md}
         * @return this
         */
        public Builder attemptConvention(AttemptObservationConvention value) {
            attempts = Objects.requireNonNull(value, "attemptConvention");
            return this;
        }

        /**
         * Makes the listener.
         *
         * @return a new listener
         */
        public ObservationListener build() {
            return new ObservationListener(this);
        }
    }
}
