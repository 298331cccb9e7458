package dev.understudy.examples;

import dev.understudy.examples.Trace.Arrival;
import dev.understudy.time.Waiting;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Plays the trace again and again until it is closed. The load is open: each arrival is a call at its time, on a thread of its
 * own, whether earlier ones have been answered or not. Where that cannot be kept, because the machine is too busy or all
 * callers are waiting, arrivals are left out and counted: a load that quietly became less would flatter what it measures.
 */
final class Load implements AutoCloseable {

    /** More than the agents let wait, so that it is they who refuse. */
    private static final int MOST_CALLERS = 400;

    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Trace trace;
    private final double speed;
    private final Function<Arrival, Runnable> calls;
    private final Waiting waiting;
    private final ThreadPoolExecutor callers;
    private final Thread player = new Thread(this::play, "load");
    private final AtomicLong leftOut = new AtomicLong();

    /**
     * Does not start yet.
     *
     * @param trace when calls come, and how large they are
     * @param speed how many seconds of the trace are played in one
     * @param calls makes a call of an arrival; asked by one thread
     */
    Load(Trace trace, double speed, Function<Arrival, Runnable> calls) {
        this(trace, speed, calls, Waiting.system(), MOST_CALLERS);
    }

    Load(Trace trace, double speed, Function<Arrival, Runnable> calls, Waiting waiting, int mostCallers) {
        this.trace = trace;
        this.speed = speed;
        this.calls = calls;
        this.waiting = waiting;
        callers = new ThreadPoolExecutor(0, mostCallers, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "caller");
            thread.setDaemon(true);
            return thread;
        });
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
        while (!Thread.currentThread().isInterrupted()) {
            playOnce();
        }
    }

    void playOnce() {
        long start = waiting.nanoTime();
        for (Arrival arrival : trace.arrivals()) {
            long due = start + (long) (arrival.seconds() / speed * 1e9);
            while (due - waiting.nanoTime() > 0) {
                waiting.park(this, due - waiting.nanoTime());
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
            if (waiting.nanoTime() - due > LATE_NANOS || !isCalled(arrival)) {
                leftOut.incrementAndGet();
            }
        }
    }

    private boolean isCalled(Arrival arrival) {
        try {
            callers.execute(calls.apply(arrival));
            return true;
        } catch (RejectedExecutionException allAreWaiting) {
            return false;
        }
    }

    /** Ends; calls in flight are interrupted. */
    @Override
    public void close() {
        player.interrupt();
        callers.shutdownNow();
    }
}
