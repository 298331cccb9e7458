package dev.understudy;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls that use a pipeline's connections, so that these can be closed when a later configuration has come and
 * the last call of the old one is over. Thread-safe; two atomic additions for each call.
 */
final class Occupancy {

    /** The top bit: a later configuration has come. The rest counts calls. */
    private static final int REPLACED = Integer.MIN_VALUE;

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<SharedClient> clients;

    /** Holds clients that somebody else holds now. */
    Occupancy(List<SharedClient> clients) {
        this.clients = List.copyOf(clients);
        this.clients.forEach(SharedClient::hold);
    }

    /**
     * Lets a call begin.
     *
     * @return false if a later configuration is in force already, which the call should use instead
     */
    boolean enter() {
        if (calls.incrementAndGet() > 0) {
            return true;
        }
        leave();
        return false;
    }

    /** Ends a call that was let in, on whichever thread. */
    void leave() {
        if (calls.decrementAndGet() == REPLACED) {
            release();
        }
    }

    /** Says that a later configuration is in force: no further call begins. */
    void replace() {
        if (calls.getAndUpdate(seen -> seen | REPLACED) == 0) {
            release();
        }
    }

    /** Once: a call that came too late leaves last, too. */
    private void release() {
        if (over.compareAndSet(false, true)) {
            clients.forEach(SharedClient::release);
        }
    }
}
