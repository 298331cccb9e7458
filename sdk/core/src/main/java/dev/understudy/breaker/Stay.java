package dev.understudy.breaker;

import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One stay of a breaker in one state. A breaker that comes back to a state begins a new stay, which knows nothing of the old. */
abstract sealed class Stay permits ClosedStay, ShutStay, HalfOpenStay {

    final ModelBreaker breaker;

    Stay(ModelBreaker breaker) {
        this.breaker = breaker;
    }

    abstract CircuitState state();

    /** Lets a call pass, or returns null: refused, or this stay has just ended. */
    abstract @Nullable Permission tryAcquire();

    /** How long this refuses every call; empty where it lets them pass, or a probe in flight decides. */
    abstract Optional<Duration> retryIn();

    /** What latched it, or null. */
    @Nullable
    FailureKind because() {
        return null;
    }

    /** What a refused caller is told: state, and what next. */
    abstract String refusal();
}
