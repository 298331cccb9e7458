package dev.understudy.server.http;

import dev.understudy.time.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * All requests that are being answered, each on a thread of its own. It bounds their number, and a watch ends those whose other
 * end keeps them waiting: the JDK's server has such limits for the whole JVM only, and none of them by default.
 *
 * <p>Over the limit, requests are still let in for a while, to be told so: {@link #isCrowded()}. What comes even then finds its
 * connection closed. While it is crowded, a head must come in an eighth of its time: slow strangers make room for others.
 */
final class Visits implements Executor, AutoCloseable {

    /** How many are let in over the limit, to get 503, or an answer if they are vital. */
    static final int MARGIN = 64;

    private static final int CROWDED_PART = 8;
    private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long CLOSE_MILLIS = 2_000;

    private final Limits limits;
    private final Ticker ticker;
    private final ExecutorService workers;
    private final AtomicInteger places = new AtomicInteger();
    private final ConcurrentHashMap<Thread, Visit> visits = new ConcurrentHashMap<>();
    private final Thread watch;
    private final long lookNanos;

    private volatile boolean closed;
    private volatile boolean watchSleeps;

    Visits(String name, Limits limits, Ticker ticker) {
        this.limits = limits;
        this.ticker = ticker;
        this.workers = Workers.create(name, limits.visits() + MARGIN);
        Duration shortest = limits.head().dividedBy(CROWDED_PART);
        for (Duration other : new Duration[] {limits.body(), limits.write()}) {
            shortest = shortest.compareTo(other) < 0 ? shortest : other;
        }
        this.lookNanos = Math.min(LONGEST_LOOK_NANOS, Math.max(1, shortest.toNanos() / 4));
        this.watch = new Thread(this::watch, name + "-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** Runs what the JDK's server makes of a connection on which something has come. */
    @Override
    public void execute(Runnable exchange) {
        if (closed || places.incrementAndGet() > limits.visits() + MARGIN) {
            if (!closed) {
                places.decrementAndGet();
            }
            throw new RejectedExecutionException(); // at which the server closes the connection
        }
        try {
            workers.execute(() -> run(exchange));
        } catch (RuntimeException | Error refused) {
            places.decrementAndGet();
            throw refused;
        }
    }

    private void run(Runnable exchange) {
        Thread thread = Thread.currentThread();
        Visit visit = new Visit(thread, ticker.nanoTime());
        visits.put(thread, visit);
        if (watchSleeps) { // for good, while nobody is here; else it comes by itself, and waking it costs each visit
            LockSupport.unpark(watch);
        }
        if (closed) {
            visit.end(); // it came between the end of the others and the end of the workers
        }
        try {
            exchange.run();
        } finally {
            visits.remove(thread);
            visit.leave();
            places.decrementAndGet();
        }
    }

    /** The visit of the calling thread. */
    Visit current() {
        @Nullable Visit mine = visits.get(Thread.currentThread());
        if (mine == null) {
            throw new IllegalStateException("Not on a thread of a visit");
        }
        return mine;
    }

    boolean isCrowded() {
        return places.get() > limits.visits();
    }

    int underWay() {
        return places.get();
    }

    private void watch() {
        while (!closed) {
            if (visits.isEmpty()) {
                watchSleeps = true;
                if (visits.isEmpty() && !closed) { // who came meanwhile may not have seen it
                    LockSupport.park(this);
                }
                watchSleeps = false;
            } else {
                look(ticker.nanoTime());
                LockSupport.parkNanos(this, lookNanos);
            }
        }
    }

    private void look(long now) {
        long head = limits.head().toNanos() / (isCrowded() ? CROWDED_PART : 1);
        long body = limits.body().toNanos();
        long write = limits.write().toNanos();
        for (Visit visit : visits.values()) {
            visit.endIfOverdue(now, head, body, write);
        }
    }

    /** Ends all visits, routes included, and waits until they are gone, 2 s at most. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watch);
        visits.values().forEach(Visit::end);
        workers.shutdown();
        try {
            if (!visits.containsKey(Thread.currentThread())) { // else it would wait for itself
                workers.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
            }
            watch.join(CLOSE_MILLIS);
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
    }
}
