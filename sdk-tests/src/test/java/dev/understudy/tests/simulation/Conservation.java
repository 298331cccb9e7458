package dev.understudy.tests.simulation;

import dev.understudy.chat.Usage;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.Outcome;
import dev.understudy.micrometer.MicrometerListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** R25: calls = successes + degraded + errors + cancelled, exactly, as events, as meters, and as callers saw it; R30. */
final class Conservation implements Watcher {

    private final Simulation simulation;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    Conservation(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public Optional<Listener> listener() {
        return Optional.of(new MicrometerListener(meters));
    }

    @Override
    public void reported(Attempt attempt, Event.AttemptFinished event) {
        if (attempt.overAt >= 0 && !isWhatItDid(attempt, event)) {
            throw simulation.violated("R25", attempt + " did " + attempt.act + " and was reported as " + event);
        }
    }

    /** Or the SDK did not wait for it any more. */
    private static boolean isWhatItDid(Attempt attempt, Event.AttemptFinished event) {
        FailureKind told = event.failure();
        if (told == FailureKind.TIMEOUT || told == FailureKind.CANCELLED || told == FailureKind.OUTRUN) {
            return event.usage().equals(Usage.NONE);
        }
        return switch (attempt.act.how()) {
            case ANSWER, SILENCE -> told == null && event.usage().equals(attempt.usage);
            case FAIL -> told == attempt.act.failure();
            case FOREIGN, FATAL -> told == FailureKind.OTHER;
            case NOTHING -> told == FailureKind.MALFORMED;
        };
    }

    @Override
    public void heard(SimulatedCall call, Event event) {
        if (event instanceof Event.CallFinished end) {
            if (call.finished != null) {
                throw simulation.violated("R25", call + " has ended twice");
            }
            call.finished = end;
            call.finishedAt = simulation.world.elapsedNanos();
        }
    }

    @Override
    public void ended(SimulatedCall call) {
        boolean early = call.thrown instanceof CancellationException;
        if (!early && (call.finished == null || !isWhatTheCallerSaw(call))) {
            throw simulation.violated("R25", call + " was reported as " + call.finished);
        }
    }

    private static boolean isWhatTheCallerSaw(SimulatedCall call) {
        Event.CallFinished end = call.finished;
        if (call.response != null) {
            return end.outcome() == (call.response.degraded() ? Outcome.DEGRADED : Outcome.SUCCESS)
                    && end.model().equals(call.response.model());
        }
        return (end.outcome() == Outcome.ERROR || end.outcome() == Outcome.CANCELLED)
                && (!(call.thrown instanceof ChatException told) || told.kind() == end.failure());
    }

    @Override
    public void atRest() {
        for (SimulatedCall call : simulation.calls) {
            if (call.finished == null || call.endedAt < 0) {
                throw simulation.violated("R25", call + " has no end");
            }
            if (call.finished.attempts() != call.attempts.size()) {
                throw simulation.violated("R25", call + " told of " + call.finished.attempts() + " attempts");
            }
        }
        for (Attempt attempt : simulation.attempts) {
            if (attempt.isOnTheWire() || !attempt.reported) {
                throw simulation.violated("R25", attempt + " has no end");
            }
        }
        counted("model.requests", simulation.calls.size());
        counted("model.attempts", simulation.attempts.size());
        for (Outcome outcome : Outcome.values()) {
            long calls = simulation.calls.stream()
                    .filter(call -> call.finished.outcome() == outcome)
                    .count();
            double metered = meters.find("model.requests").tag("outcome", outcome.tag()).counters().stream()
                    .mapToDouble(counter -> counter.count())
                    .sum();
            if (metered != calls) {
                throw simulation.violated("R25", metered + " of " + calls + " calls are metered as " + outcome);
            }
        }
    }

    private void counted(String name, int happened) {
        double metered = meters.find(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
        if (metered != happened) {
            throw simulation.violated("R25", name + " is " + metered + ", but there were " + happened);
        }
    }
}
