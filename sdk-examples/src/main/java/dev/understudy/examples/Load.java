package dev.understudy.examples;

import dev.understudy.examples.Trace.Arrival;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Plays the trace again and again until it is closed. The load is open: each arrival is a call at its time, on a thread of its
 * own, whether earlier ones have been answered or not. Where that cannot be kept, because the machine is too busy or all
 * callers are waiting, arrivals are left out and counted: a load that quietly became less would flatter what it measures.
 */
final class Load implements AutoCloseable {

    private static final int MOST_CALLERS = 256;
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Trace trace;
    private final double speed;
    private final Callers callers;
    private final AtomicLong leftOut = new AtomicLong();
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, MOST_CALLERS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                Thread thread = new Thread(work, "caller");
                thread.setDaemon(true);
                return thread;
            });
    private final Thread player = new Thread(this::play, "load");

    /**
     * Does not start yet.
     *
     * @param trace when calls come, and how large they are
     * @param speed how many seconds of the trace are played in one
     * @param callers who calls
     */
    Load(Trace trace, double speed, Callers callers) {
        this.trace = trace;
        this.speed = speed;
        this.callers = callers;
        player.setDaemon(true);
    }

    void start() {
        player.start();
    }

    /** Arrivals that did not become a call. */
    long leftOut() {
        return leftOut.get();
    }

    private void play() {
        try {
            while (true) {
                playOnce();
            }
        } catch (InterruptedException closed) {
            return;
        }
    }

    private void playOnce() throws InterruptedException {
        long start = System.nanoTime();
        for (Arrival arrival : trace.arrivals()) {
            long wait = start + (long) (arrival.seconds() / speed * 1e9) - System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(wait);
            if (wait < -LATE_NANOS) {
                leftOut.incrementAndGet();
                continue;
            }
            try {
                threads.execute(callers.draw(arrival));
            } catch (RejectedExecutionException allAreWaiting) {
                leftOut.incrementAndGet();
            }
        }
    }

    /** Ends; calls in flight are interrupted. */
    @Override
    public void close() {
        player.interrupt();
        threads.shutdownNow();
    }
}
