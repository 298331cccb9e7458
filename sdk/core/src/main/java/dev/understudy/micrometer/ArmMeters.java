package dev.understudy.micrometer;

import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import java.util.concurrent.ConcurrentHashMap;

/** The meters of the calls that were assigned to one variant of one agent. */
final class ArmMeters {

    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final FailureKind[] FAILURES = FailureKind.values();

    private final String agent;
    private final Variant variant;
    private final Meters meters;
    private final Row<DistributionSummary> latency;
    private final ConcurrentHashMap<String, Answers> answers = new ConcurrentHashMap<>();

    ArmMeters(String agent, Variant variant, Meters meters) {
        this.agent = agent;
        this.variant = variant;
        this.meters = meters;
        latency = new Row<>(OUTCOMES.length, i -> meters.latency(agent, variant, OUTCOMES[i]));
    }

    void finished(Event.CallFinished call) {
        Outcome outcome = call.outcome();
        Answers model = answers(call.model());
        meters.add(model.requests.get(outcome.ordinal()), 1);
        if (outcome == Outcome.ERROR) {
            FailureKind failure = call.failure();
            meters.add(model.errors.get((failure == null ? FailureKind.OTHER : failure).ordinal()), 1);
        }
        meters.record(latency.get(outcome.ordinal()), call.latencyNanos() / 1e6);
    }

    private Answers answers(String model) {
        Answers known = answers.get(model);
        return known != null ? known : answers.computeIfAbsent(model, Answers::new);
    }

    /** The part of them that one model answered. */
    private final class Answers {
        final Row<Counter> requests;
        final Row<Counter> errors;

        Answers(String model) {
            requests = new Row<>(OUTCOMES.length, i -> meters.requests(agent, variant, model, OUTCOMES[i]));
            errors = new Row<>(FAILURES.length, i -> meters.errors(agent, variant, model, FAILURES[i]));
        }
    }
}
