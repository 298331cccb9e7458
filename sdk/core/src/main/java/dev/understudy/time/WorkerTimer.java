package dev.understudy.time;

import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A timer on one borrowed worker, which sleeps until the earliest plan is due and goes home when there is none: at rest it
 * has no thread. Thread-safe.
 *
 * <p><b>Cost.</b> Planning is an insertion into a heap under a lock, calling off one write: the entry stays in the heap, empty,
 * until its instant has come. Nearly all plans are called off, and a heap cannot find what is to be taken out.
 */
public final class WorkerTimer implements Timer {

    private final Waiting waiting;
    private final Executor workers;

    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    /** Whether a worker has been asked for, or is there. */
    private boolean manned;

    private @Nullable Thread worker;
    /** When the worker looks next, while it sleeps. */
    private long wakesAt;

    private long lingersUntil;

    /**
     * Has no thread as yet.
     *
     * @param waiting the clock, where the worker sleeps, and what ends it
     * @param workers lends the worker
     */
    public WorkerTimer(Waiting waiting, Executor workers) {
        this.waiting = waiting;
        this.workers = workers;
        this.lingersUntil = waiting.nanoTime();
    }

    @Override
    public Plan at(long atNanos, Runnable action) {
        Entry entry = new Entry(atNanos, action);
        boolean hire = false;
        Thread wake = null;
        lock.lock();
        try {
            entries.add(entry);
            if (!manned) {
                manned = true;
                hire = true;
            } else if (worker != null && atNanos - wakesAt < 0) {
                wakesAt = atNanos; // who comes next wakes it only for something earlier still
                wake = worker;
            }
        } finally {
            lock.unlock();
        }
        if (hire) {
            hire();
        } else if (wake != null) {
            waiting.unpark(wake);
        }
        return entry;
    }

    private void hire() {
        try {
            workers.execute(this::work);
        } catch (RejectedExecutionException none) {
            // What was planned does not happen: it was to help, and nobody has a hand free. The next plan asks again.
            lock.lock();
            try {
                manned = false;
                entries.clear();
            } finally {
                lock.unlock();
            }
        }
    }

    private void work() {
        try {
            for (Entry due = next(); due != null; due = next()) {
                due.run();
            }
        } catch (RuntimeException | Error broken) {
            lock.lock();
            try {
                goHome(); // whoever plans next hires another
            } finally {
                lock.unlock();
            }
            throw broken;
        }
    }

    /** Waits for the next that is due; null where there is nothing to wait for any more. */
    private @Nullable Entry next() {
        while (true) {
            long left;
            lock.lock();
            try {
                Entry first = first();
                long now = waiting.nanoTime();
                long until = first == null ? lingersUntil : first.atNanos;
                left = until - now;
                if (waiting.isClosed() || (first == null && left <= 0)) {
                    goHome();
                    return null;
                }
                if (left <= 0) {
                    return entries.poll();
                }
                worker = Thread.currentThread();
                wakesAt = until;
            } finally {
                lock.unlock();
            }
            waiting.park(this, left);
            // The thread is ours for now: an interrupt that was left on it would keep it awake for ever.
            boolean ignored = Thread.interrupted();
        }
    }

    /** The first that is still wanted. Where there is none, one stays until the last would have been due: more will come. */
    private @Nullable Entry first() {
        Entry first = entries.peek();
        while (first != null && first.isOff()) {
            lingersUntil = first.atNanos;
            entries.poll();
            first = entries.peek();
        }
        return first;
    }

    /** Under the lock, in the step in which nothing was found to do: who plans something later hires again. */
    private void goHome() {
        worker = null;
        manned = false;
        if (waiting.isClosed()) {
            entries.clear();
        }
    }

    @Override
    public String toString() {
        return "WorkerTimer";
    }

    private static final class Entry implements Plan, Comparable<Entry> {
        private final long atNanos;
        private final AtomicReference<@Nullable Runnable> action;

        Entry(long atNanos, Runnable action) {
            this.atNanos = atNanos;
            this.action = new AtomicReference<>(action);
        }

        boolean isOff() {
            return action.get() == null;
        }

        void run() {
            Runnable planned = action.getAndSet(null);
            if (planned != null) {
                planned.run();
            }
        }

        @Override
        public void callOff() {
            action.set(null);
        }

        /** By their difference: the clock may overflow. */
        @Override
        public int compareTo(Entry other) {
            return Long.signum(atNanos - other.atNanos);
        }
    }
}
