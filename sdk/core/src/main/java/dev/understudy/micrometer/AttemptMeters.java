package dev.understudy.micrometer;

import dev.understudy.error.FailureKind;
import dev.understudy.event.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/** The meters of all requests to one model, whichever agent they served. */
final class AttemptMeters {

    private static final FailureKind[] FAILURES = FailureKind.values();

    private final Meters meters;
    private final Row<Counter> counters;
    private final Row<Timer> timers;

    AttemptMeters(String model, Meters meters) {
        this.meters = meters;
        counters = new Row<>(1 + FAILURES.length, i -> meters.attempts(model, outcome(i)));
        timers = new Row<>(1 + FAILURES.length, i -> meters.attemptDuration(model, outcome(i)));
    }

    void finished(@Nullable FailureKind failure, long nanos) {
        int index = failure == null ? 0 : 1 + failure.ordinal();
        meters.add(counters.get(index), 1);
        meters.record(timers.get(index), nanos);
    }

    private static String outcome(int index) {
        return index == 0 ? Outcome.SUCCESS.tag() : FAILURES[index - 1].tag();
    }
}
