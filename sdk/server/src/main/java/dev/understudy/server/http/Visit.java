package dev.understudy.server.http;

import java.util.concurrent.locks.ReentrantLock;

/**
 * One request on its thread, from the first byte to the last, and how long it may still wait for the other end. The JDK's
 * server reads and writes with channels that an interrupt closes: this is how a visit is ended.
 */
final class Visit {

    /** What a visit waits for. */
    enum Phase {
        HEAD,
        BODY,
        /** Nothing from outside: the route is at work, for as long as it likes. */
        ROUTE,
        WRITE
    }

    private final Thread thread;
    /** Guards the thread, which does other things afterwards, from interrupts that come too late. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean over;
    private Phase phase = Phase.HEAD;
    private long sinceNanos;
    private boolean interrupted;

    Visit(Thread thread, long nowNanos) {
        this.thread = thread;
        this.sinceNanos = nowNanos;
    }

    void enter(Phase next, long nowNanos) {
        lock.lock();
        try {
            phase = next;
            sinceNanos = nowNanos;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it if it has waited too long for the other end. Returns whether it did. */
    boolean endIfOverdue(long nowNanos, long headNanos, long bodyNanos, long writeNanos) {
        lock.lock();
        try {
            long limit =
                    switch (phase) {
                        case HEAD -> headNanos;
                        case BODY -> bodyNanos;
                        case WRITE -> writeNanos;
                        case ROUTE -> Long.MAX_VALUE;
                    };
            return nowNanos - sinceNanos >= limit && interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it, whatever it does. */
    void end() {
        lock.lock();
        try {
            interrupt();
        } finally {
            lock.unlock();
        }
    }

    private boolean interrupt() {
        if (over || interrupted) {
            return false;
        }
        interrupted = true;
        thread.interrupt();
        return true;
    }

    /** By its own thread, when nothing of it is left to do: no interrupt comes afterwards, and none is left behind. */
    void leave() {
        lock.lock();
        try {
            over = true;
        } finally {
            lock.unlock();
        }
        boolean ignored = Thread.interrupted();
    }
}
