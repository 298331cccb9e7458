package dev.understudy.event;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * A listener behind a bounded queue, drained by one task at a time that exists only while there is something to drain. A
 * listener that blocks for ever costs one thread and a full queue, and the calls nothing. The listener does not throw.
 */
final class ListenerQueue implements Listener {

    /** About a second of events at the rates of a busy service; some 500 KiB when full. */
    private static final int CAPACITY = 8192;

    private final Listener listener;
    private final Executor executor;
    private final ArrayBlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicBoolean draining = new AtomicBoolean();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean closed;

    ListenerQueue(Listener listener, Executor executor) {
        this.listener = listener;
        this.executor = executor;
    }

    @Override
    public void on(Event event) {
        enqueue(() -> listener.on(event));
    }

    @Override
    public void observe(List<Reading> readings) {
        enqueue(() -> listener.observe(readings));
    }

    @Override
    public void configured(List<Destination> destinations) {
        enqueue(() -> listener.configured(destinations));
    }

    long dropped() {
        return dropped.sum();
    }

    int pending() {
        return queue.size() + (draining.get() ? 1 : 0);
    }

    void close() {
        closed = true;
    }

    private void enqueue(Runnable delivery) {
        if (closed || !queue.offer(delivery)) {
            dropped.increment();
            return;
        }
        startDraining();
    }

    private void startDraining() {
        if (draining.compareAndSet(false, true)) {
            try {
                executor.execute(this::drain);
            } catch (RejectedExecutionException over) {
                draining.set(false); // the registry is closing
            }
        }
    }

    private void drain() {
        try {
            for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
                next.run();
            }
        } finally {
            draining.set(false);
        }
        // Something may have come between the last poll and the flag.
        if (!queue.isEmpty()) {
            startDraining();
        }
    }
}
