package dev.understudy.time;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * The one place where a thread of the SDK waits: for a permit, for a back-off, for another caller's answer, for a worker.
 * It joins the clock and the parking of one registry and ends with it: after {@link #close()} every deadline made here is
 * cancelled and nobody waits any longer. Thread-safe.
 */
public final class Waiting implements AutoCloseable {

    private static final long DRAIN_POLL_NANOS = 1_000_000;

    private final Ticker ticker;
    private final Parking parking;
    /** Who is parked right now, so that {@link #close()} can wake them; a thread is in here only while it waits anyway. */
    private final Set<Thread> parked = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /**
     * Joins a clock and a parking.
     *
     * @param ticker the clock
     * @param parking how threads sleep and wake
     */
    public Waiting(Ticker ticker, Parking parking) {
        this.ticker = ticker;
        this.parking = parking;
    }

    /**
     * Waits as this machine does.
     *
     * @return a new instance on the system's clock and real threads
     */
    public static Waiting system() {
        return new Waiting(Ticker.system(), Parking.system());
    }

    /**
     * Returns the clock.
     *
     * @return the ticker given at construction
     */
    public Ticker ticker() {
        return ticker;
    }

    /**
     * Reads the clock.
     *
     * @return {@code ticker().nanoTime()}
     */
    public long nanoTime() {
        return ticker.nanoTime();
    }

    /**
     * Puts the calling thread to sleep, to be called in a loop that looks at its condition again: the sleep may end early,
     * and does so at once when the thread is interrupted or this is closed.
     *
     * @param blocker what it waits for, seen in thread dumps
     * @param nanos at most this long
     */
    public void park(Object blocker, long nanos) {
        Thread me = Thread.currentThread();
        parked.add(me);
        try {
            // Looked at after the registration: a close() that missed this thread is seen here.
            if (!closed) {
                parking.park(blocker, nanos);
            }
        } finally {
            parked.remove(me);
        }
    }

    /**
     * Wakes a thread, or lets its next sleep return at once.
     *
     * @param thread the thread to wake
     */
    public void unpark(Thread thread) {
        parking.unpark(thread);
    }

    /**
     * Sleeps for a time, or until the deadline passes or is cancelled, the thread is interrupted (the flag is kept), or
     * this is closed.
     *
     * @param nanos how long
     * @param deadline what ends the sleep early
     * @return whether the whole time was slept
     */
    public boolean sleep(long nanos, Deadline deadline) {
        long until = nanoTime() + nanos;
        while (true) {
            long left = until - nanoTime();
            if (left <= 0) {
                return true;
            }
            long bounded = Math.min(left, deadline.remainingNanos());
            if (bounded <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            park(deadline, bounded);
        }
    }

    /**
     * Waits, closed or not, until nothing is under way any more: only for the thread that closes.
     *
     * @param underWay counts what is under way
     * @param nanos at most this long
     */
    public void drain(IntSupplier underWay, long nanos) {
        long until = nanoTime() + nanos;
        while (underWay.getAsInt() > 0 && until - nanoTime() > 0) {
            parking.park(this, DRAIN_POLL_NANOS);
        }
    }

    /**
     * Says whether waiting is over for good.
     *
     * @return whether {@link #close()} was called
     */
    public boolean isClosed() {
        return closed;
    }

    /** Cancels every deadline made here and wakes everybody who waits. Idempotent. */
    @Override
    public void close() {
        closed = true;
        parked.forEach(parking::unpark);
    }
}
