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
    private final Row<DistributionSummary> firstToken;
    private final ConcurrentHashMap<String, Answers> answers = new ConcurrentHashMap<>();

    ArmMeters(String agent, Variant variant, Meters meters) {
        this.agent = agent;
        this.variant = variant;
        this.meters = meters;
        latency = new Row<>(OUTCOMES.length, i -> meters.latency(agent, variant, OUTCOMES[i]));
        firstToken = new Row<>(1, i -> meters.firstToken(agent, variant));
    }

    void heard(Event.FirstToken first) {
        meters.record(firstToken.get(0), first.latencyNanos() / 1e6);
    }

    void finished(Event.CallFinished call) {
        Outcome outcome = call.outcome();
        Answers model = answers.get(call.model());
        if (model == null) {
            model = answers.computeIfAbsent(call.model(), Answers::new);
            model.prepare(outcome);
        }
        meters.add(model.requests.get(outcome.ordinal()), 1);
        if (outcome == Outcome.ERROR) {
            FailureKind failure = call.failure();
            meters.add(model.errors.get((failure == null ? FailureKind.OTHER : failure).ordinal()), 1);
        }
        meters.record(latency.get(outcome.ordinal()), call.latencyNanos() / 1e6);
    }

    /** The part of them that one model answered. */
    private final class Answers {
        final Row<Counter> requests;
        final Row<Counter> errors;

        Answers(String model) {
            requests = new Row<>(OUTCOMES.length, i -> meters.requests(agent, variant, model, OUTCOMES[i]));
            errors = new Row<>(FAILURES.length, i -> meters.errors(agent, variant, model, FAILURES[i]));
        }

        /**
         * Registers what may follow, at zero: a counter that appears with its first error shows no increase to Prometheus.
         * Degraded answers are another model's than the assigned one, which gives no other.
         */
        void prepare(Outcome first) {
            if (first != Outcome.DEGRADED) {
                requests.get(Outcome.SUCCESS.ordinal());
                requests.get(Outcome.ERROR.ordinal());
                requests.get(Outcome.CANCELLED.ordinal());
            }
        }
    }
}
