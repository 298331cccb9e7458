package dev.understudy.testing;

import dev.understudy.time.Parking;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test moves it. It starts near the overflow, as a real one may. */
public final class FakeTicker implements Ticker {

    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(3).toNanos());

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    /** Moves the clock. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** Waiting for a test of one thread: whoever waits finds that the time has passed at once. */
    public Waiting waiting() {
        return new Waiting(this, new Parking() {
            @Override
            public void park(Object blocker, long parked) {
                nanos.addAndGet(Math.max(0, parked));
            }

            @Override
            public void unpark(Thread thread) {}
        });
    }
}
