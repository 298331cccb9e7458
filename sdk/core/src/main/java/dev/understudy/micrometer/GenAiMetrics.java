package dev.understudy.micrometer;

import dev.understudy.event.Destination;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures requests to models under the names that OpenTelemetry has for them, so that dashboards made for any client of
 * generative AI show this one too: the histograms {@code gen_ai.client.operation.duration} in seconds and {@code
 * gen_ai.client.token.usage}, with the buckets and attributes of the semantic conventions 1.41.1 (<a
 * href="https://github.com/open-telemetry/semantic-conventions/blob/v1.41.1/docs/gen-ai/gen-ai-metrics.md">gen-ai-metrics</a>,
 * status "Development"). It stands beside {@link MicrometerListener}, which knows more: agents, variants, outcomes.
 * Thread-safe.
 *
 * <p>One attempt is one operation. The logical call has no name in the convention: it may be answered by another model of
 * another provider than it was begun with, or from memory; {@code model.latency} measures it.
 *
 * <p>{@code error.type} is the failure's name in {@code model.errors}, and empty after a success, which Prometheus takes for
 * absent. {@code gen_ai.response.model} is left out: what a provider says it answered with is not bounded by any
 * configuration.
 *
 * <p>Meters are looked up once and then held. A registry that throws loses what it did not take and nothing else.
 */
public final class GenAiMetrics implements Listener {

    private final MeterRegistry registry;
    private final Meters meters;
    private final boolean queued;
    /** By the model's name in the configuration; those that a reload took away stay, for attempts that are under way. */
    private final ConcurrentHashMap<String, GenAiMeters> models = new ConcurrentHashMap<>();

    /**
     * Measures on the caller's thread.
     *
     * @param registry where the meters live; its updates must not block
     */
    public GenAiMetrics(MeterRegistry registry) {
        this(registry, false);
    }

    private GenAiMetrics(MeterRegistry registry, boolean queued) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.meters = new Meters(registry);
        this.queued = queued;
    }

    /**
     * Measures behind a bounded queue, as {@link MicrometerListener#queued} does.
     *
     * @param registry where the meters live; its updates may block
     * @return a new listener
     */
    public static GenAiMetrics queued(MeterRegistry registry) {
        return new GenAiMetrics(registry, true);
    }

    @Override
    public boolean mayBlock() {
        return queued;
    }

    @Override
    public void configured(List<Destination> destinations) {
        for (Destination destination : destinations) {
            models.compute(
                    destination.model(),
                    (name, known) -> known != null && known.destination().equals(destination)
                            ? known
                            : new GenAiMeters(destination, registry, meters));
        }
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptFinished attempt) {
            model(attempt.model()).finished(attempt);
        }
    }

    private GenAiMeters model(String name) {
        GenAiMeters known = models.get(name);
        return known != null
                ? known
                : models.computeIfAbsent(name, model -> new GenAiMeters(Destination.unknown(model), registry, meters));
    }
}
