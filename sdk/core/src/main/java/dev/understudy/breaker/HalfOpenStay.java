package dev.understudy.breaker;

import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One call passes and decides. The place of a probe that was ignored is free again; that of one which has not reported for
 * as long as the breaker may stay open is given to the next, so that a lost probe wedges nothing, while a slow one still
 * decides when it comes back.
 */
final class HalfOpenStay extends Stay {

    private final long reopenNanos;
    private final AtomicReference<@Nullable Probe> inFlight = new AtomicReference<>();

    HalfOpenStay(ModelBreaker breaker, long reopenNanos) {
        super(breaker);
        this.reopenNanos = reopenNanos;
    }

    @Override
    CircuitState state() {
        return CircuitState.HALF_OPEN;
    }

    @Override
    @Nullable
    Permission tryAcquire() {
        while (true) {
            Probe other = inFlight.get();
            if (other != null && !other.isLost()) {
                return null;
            }
            Probe mine = new Probe(breaker.nanoTime());
            if (inFlight.compareAndSet(other, mine)) {
                return mine;
            }
        }
    }

    @Override
    Optional<Duration> retryIn() {
        return Optional.empty();
    }

    @Override
    String refusal() {
        return "HALF_OPEN; its probe is in flight";
    }

    private final class Probe implements Permission {

        private final long beganNanos;

        Probe(long beganNanos) {
            this.beganNanos = beganNanos;
        }

        boolean isLost() {
            return breaker.nanoTime() - beganNanos
                    >= breaker.settings().maxOpen().toNanos();
        }

        @Override
        public void succeeded() {
            breaker.close(HalfOpenStay.this);
        }

        @Override
        public void failed(FailureKind kind) {
            switch (kind.blame()) {
                case FAILURE -> breaker.open(HalfOpenStay.this, reopenNanos);
                case LATCH -> breaker.latch(HalfOpenStay.this, kind);
                case NONE, LIMITER -> {}
            }
        }

        @Override
        public void release() {
            inFlight.compareAndSet(this, null);
        }
    }
}
