package dev.understudy.breaker;

import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.time.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls pass and are counted. All of them share one permission, this object: nothing is allocated for a call. The rate is
 * watched by a breaker of resilience4j that lives as long as this stay, the row of failures by us.
 */
final class ClosedStay extends Stay implements Permission {

    /** What resilience4j is told instead of the real failure, which it would write to its debug log with every cause. */
    private static final Throwable FAILURE = new CountedFailure();

    private final BreakerSettings settings;
    private final SecondsClock clock;
    private final CircuitBreaker rate;
    private final AtomicInteger failuresInARow = new AtomicInteger();

    ClosedStay(ModelBreaker breaker, BreakerSettings settings, Ticker ticker) {
        super(breaker);
        this.settings = settings;
        this.clock = new SecondsClock(ticker.nanoTime());
        this.rate = CircuitBreaker.of(
                breaker.model(),
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.TIME_BASED)
                        .slidingWindowSize(wholeSeconds(settings.window()))
                        .minimumNumberOfCalls(settings.minCalls())
                        .failureRateThreshold((float) (settings.failureRate() * 100))
                        .slowCallRateThreshold(100) // with no duration ever told: off
                        .clock(clock)
                        .currentTimestampFunction(unused -> ticker.nanoTime(), TimeUnit.NANOSECONDS)
                        // It is thrown away when it opens; what comes after is ours.
                        .automaticTransitionFromOpenToHalfOpenEnabled(false)
                        .maxWaitDurationInHalfOpenState(Duration.ZERO)
                        .writableStackTraceEnabled(false)
                        .build());
    }

    boolean follows(BreakerSettings wanted) {
        return settings.equals(wanted);
    }

    @Override
    CircuitState state() {
        return CircuitState.CLOSED;
    }

    @Override
    Permission tryAcquire() {
        return this;
    }

    @Override
    public void succeeded() {
        succeeded(breaker.nanoTime());
    }

    @Override
    public void succeeded(long nowNanos) {
        if (failuresInARow.get() != 0) { // a read is cheaper than a write that all threads share
            failuresInARow.set(0);
        }
        clock.advanceTo(nowNanos);
        rate.onSuccess(0, TimeUnit.NANOSECONDS);
        openIfExceeded();
    }

    @Override
    public void failed(FailureKind kind) {
        switch (kind.blame()) {
            case FAILURE -> {
                clock.advanceTo(breaker.nanoTime());
                rate.onError(0, TimeUnit.NANOSECONDS, FAILURE);
                failuresInARow.incrementAndGet();
                openIfExceeded();
            }
            case LATCH -> breaker.latch(this, kind);
            case NONE, LIMITER -> {}
        }
    }

    @Override
    public void release() {}

    private void openIfExceeded() {
        if (failuresInARow.get() >= settings.consecutiveFailures() || rate.getState() != CircuitBreaker.State.CLOSED) {
            breaker.open(this, settings.open().toNanos());
        }
    }

    @Override
    Optional<Duration> retryIn() {
        return Optional.empty();
    }

    @Override
    String refusal() {
        return "CLOSED; try again";
    }

    private static int wholeSeconds(Duration window) {
        return (int) window.plusNanos(999_999_999).toSeconds();
    }

    private static final class CountedFailure extends Exception {

        private static final long serialVersionUID = 1L;

        CountedFailure() {
            super("A failure of the model", null, false, false);
        }
    }
}
