package dev.understudy.micrometer;

import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.util.ArrayList;
import java.util.List;

/**
 * How the observation of a logical call is named, and what it says. Override what should be otherwise, and give it to
 * {@link ObservationListener.Builder#callConvention} or to the observation registry. {@code docs/tracing.md} has the table.
 */
public interface CallObservationConvention extends ObservationConvention<CallObservationContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof CallObservationContext;
    }

    /** Returns the name of the metrics that handlers make of it. */
    @Override
    default String getName() {
        return "understudy.call";
    }

    /** Returns the name of the span, such as {@code chat qa_agent}. */
    @Override
    default String getContextualName(CallObservationContext context) {
        return GenAi.CHAT + " " + context.agent();
    }

    /** Returns what spans and metrics say: words from the configuration, and few. */
    @Override
    default KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
        KeyValues always = KeyValues.of(GenAi.AGENT, context.agent());
        Event.CallFinished end = context.finished();
        return end == null
                ? always
                : always.and(
                        ObservationListener.VARIANT,
                        end.variant().tag(),
                        ObservationListener.OUTCOME,
                        end.outcome().tag());
    }

    /** Returns what only spans say. */
    @Override
    default KeyValues getHighCardinalityKeyValues(CallObservationContext context) {
        Event.CallFinished end = context.finished();
        if (end == null) {
            return KeyValues.empty();
        }
        List<KeyValue> values = new ArrayList<>();
        values.add(KeyValue.of(ObservationListener.MODEL, end.model()));
        values.add(KeyValue.of(ObservationListener.ATTEMPTS, Integer.toString(end.attempts())));
        values.add(KeyValue.of(ObservationListener.CACHE, end.cache().tag()));
        if (end.cost() > 0) {
            values.add(KeyValue.of(ObservationListener.COST, Double.toString(end.cost())));
        }
        if (end.failure() != null) {
            String key = end.outcome() == Outcome.DEGRADED ? ObservationListener.REASON : GenAi.ERROR;
            values.add(KeyValue.of(key, GenAi.error(end.failure())));
        }
        return KeyValues.of(values);
    }
}
