package dev.understudy.breaker;

import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Calls are refused until a time; the first that comes after it is the probe. Open, or latched where it says because of what. */
final class ShutStay extends Stay {

    private final @Nullable FailureKind because;
    private final long untilNanos;
    private final long reopenNanos;

    /**
     * Shuts from now.
     *
     * @param because what latched it, or null for merely open
     * @param nanos for how long
     * @param reopenNanos for how long it will open again if the probe fails
     */
    ShutStay(ModelBreaker breaker, @Nullable FailureKind because, long nanos, long reopenNanos) {
        super(breaker);
        this.because = because;
        this.untilNanos = breaker.nanoTime() + nanos;
        this.reopenNanos = reopenNanos;
    }

    @Override
    CircuitState state() {
        return because == null ? CircuitState.OPEN : CircuitState.LATCHED;
    }

    @Override
    @Nullable
    FailureKind because() {
        return because;
    }

    @Override
    @Nullable
    Permission tryAcquire() {
        return leftNanos() > 0 ? null : breaker.probe(this, reopenNanos);
    }

    @Override
    Optional<Duration> retryIn() {
        return Optional.of(Duration.ofNanos(leftNanos()));
    }

    @Override
    String refusal() {
        String left = seconds(leftNanos());
        return because == null
                ? "OPEN; next probe in " + left
                : "LATCHED after " + because.tag() + "; next probe after a reload, or in " + left;
    }

    private long leftNanos() {
        return Math.max(0, untilNanos - breaker.nanoTime());
    }

    /** Tenths of a second, rounded up; by hand, for refusals come in storms. */
    private static String seconds(long nanos) {
        long tenths = (nanos + 99_999_999) / 100_000_000;
        return tenths / 10 + "." + tenths % 10 + " s";
    }
}
