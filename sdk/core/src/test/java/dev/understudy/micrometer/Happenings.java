package dev.understudy.micrometer;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Events of an agent with a baseline "proven" and a candidate "new". */
final class Happenings {

    static final String AGENT = "qa_agent";
    static final String BASELINE = "proven";
    static final String CANDIDATE = "new";

    private Happenings() {}

    static Event success(Variant variant, Duration latency) {
        return finished(variant, variant == Variant.BASELINE ? BASELINE : CANDIDATE, Outcome.SUCCESS, null, latency);
    }

    static Event degraded(FailureKind because, Duration latency) {
        return finished(Variant.CANDIDATE, BASELINE, Outcome.DEGRADED, because, latency);
    }

    static Event error(Variant variant, @Nullable FailureKind failure, Duration latency) {
        return finished(variant, variant == Variant.BASELINE ? BASELINE : CANDIDATE, Outcome.ERROR, failure, latency);
    }

    static Event cancelled(Variant variant, Duration latency) {
        return finished(
                variant,
                variant == Variant.BASELINE ? BASELINE : CANDIDATE,
                Outcome.CANCELLED,
                FailureKind.CANCELLED,
                latency);
    }

    static Event attempt(String model, @Nullable FailureKind failure, Duration latency, Usage usage, Price price) {
        return new Event.AttemptFinished(AGENT, Variant.BASELINE, model, failure, latency.toNanos(), usage, price);
    }

    private static Event finished(
            Variant variant, String model, Outcome outcome, @Nullable FailureKind failure, Duration latency) {
        return new Event.CallFinished(
                AGENT, variant, model, outcome, failure, latency.toNanos(), 1, CacheStatus.OFF, false, 0, 0, -1);
    }
}
