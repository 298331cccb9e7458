package dev.understudy.server.operations;

import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How long somebody who asks is kept waiting for what was done to show. */
final class Moment {

    private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();

    private final long nanos;
    /** Not the registry's: no call waits here. */
    private final Waiting waiting = Waiting.system();

    Moment(Duration length) {
        this.nanos = length.toNanos();
    }

    /** Waits for something that happens on another thread. Returns whether it has happened. */
    boolean until(BooleanSupplier happened) {
        long end = waiting.nanoTime() + nanos;
        while (!happened.getAsBoolean()) {
            if (waiting.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            waiting.park(this, POLL_NANOS);
        }
        return true;
    }
}
