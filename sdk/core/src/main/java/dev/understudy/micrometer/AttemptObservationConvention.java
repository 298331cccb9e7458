package dev.understudy.micrometer;

import dev.understudy.event.Destination;
import dev.understudy.event.Event;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.util.ArrayList;
import java.util.List;

/**
 * How the observation of an attempt is named, and what it says: by default as OpenTelemetry's semantic conventions 1.41.1
 * for generative AI want it (<a
 * href="https://github.com/open-telemetry/semantic-conventions/blob/v1.41.1/docs/gen-ai/gen-ai-spans.md">gen-ai-spans</a>,
 * status "Development"). Override what should be otherwise, and give it to {@link
 * ObservationListener.Builder#attemptConvention} or to the observation registry. {@code docs/tracing.md} has the table.
 */
public interface AttemptObservationConvention extends ObservationConvention<AttemptObservationContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof AttemptObservationContext;
    }

    /** Returns the name of the metrics that handlers make of it. */
    @Override
    default String getName() {
        return "gen_ai.client.operation";
    }

    /** Returns the name of the span, such as {@code chat open-mistral-7b}. */
    @Override
    default String getContextualName(AttemptObservationContext context) {
        return GenAi.CHAT + " " + context.destination().requestModel();
    }

    /** Returns what spans and metrics say: words from the configuration, and few. */
    @Override
    default KeyValues getLowCardinalityKeyValues(AttemptObservationContext context) {
        KeyValues always = KeyValues.of(
                GenAi.OPERATION,
                GenAi.CHAT,
                GenAi.PROVIDER,
                GenAi.provider(context.destination()),
                GenAi.REQUEST_MODEL,
                context.destination().requestModel(),
                GenAi.AGENT,
                context.agent());
        Event.AttemptFinished end = context.finished();
        return end == null
                ? always
                : always.and(ObservationListener.VARIANT, end.variant().tag());
    }

    /** Returns what only spans say. */
    @Override
    default KeyValues getHighCardinalityKeyValues(AttemptObservationContext context) {
        Destination destination = context.destination();
        List<KeyValue> values = new ArrayList<>();
        values.add(KeyValue.of(ObservationListener.MODEL, destination.model()));
        if (destination.host() != null) {
            values.add(KeyValue.of(GenAi.SERVER, GenAi.server(destination)));
            values.add(KeyValue.of(GenAi.PORT, GenAi.port(destination)));
        }
        Event.AttemptFinished end = context.finished();
        if (end != null) {
            values.add(KeyValue.of(ObservationListener.ATTEMPT, Integer.toString(end.attempt())));
            if (end.requestId() != null) {
                values.add(KeyValue.of(ObservationListener.REQUEST_ID, end.requestId()));
            }
            if (end.usage().totalTokens() > 0) {
                values.add(KeyValue.of(
                        GenAi.INPUT_TOKENS, Long.toString(end.usage().inputTokens())));
                values.add(KeyValue.of(
                        GenAi.OUTPUT_TOKENS, Long.toString(end.usage().outputTokens())));
            }
            if (end.failure() != null) {
                values.add(KeyValue.of(GenAi.ERROR, GenAi.error(end.failure())));
            }
        }
        return KeyValues.of(values);
    }
}
