package dev.understudy.store;

import dev.understudy.time.Waiting;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One writer at a time within this JVM, in order of arrival, each with a bound on its patience: the first-in-first-out mutex
 * of {@link java.util.concurrent.locks.LockSupport}'s documentation. Thread-safe.
 */
final class WriterQueue {

    private final AtomicBoolean taken = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Thread> waiters = new ConcurrentLinkedQueue<>();

    /**
     * Waits for its turn, and takes it.
     *
     * @param until when to give up, as a reading of the clock
     * @return false when that time passed, the thread was interrupted (the flag is kept) or waiting is over for good
     */
    boolean enter(Waiting waiting, long until) {
        Thread me = Thread.currentThread();
        waiters.add(me);
        while (waiters.peek() != me || !taken.compareAndSet(false, true)) {
            long left = until - waiting.nanoTime();
            if (left <= 0 || me.isInterrupted() || waiting.isClosed()) {
                waiters.remove(me);
                wakeFirst(waiting); // the wake-up that it might have got is the next one's
                return false;
            }
            waiting.park(this, left);
        }
        waiters.remove();
        return true;
    }

    void leave(Waiting waiting) {
        taken.set(false);
        wakeFirst(waiting);
    }

    private void wakeFirst(Waiting waiting) {
        Thread first = waiters.peek();
        if (first != null) {
            waiting.unpark(first);
        }
    }
}
