package dev.understudy.time;

import java.util.concurrent.locks.LockSupport;

/**
 * How a thread is put to sleep and woken, with the contract of {@link LockSupport}: a wake-up that comes before the sleep
 * is not lost, and a sleep may end early for no reason, or because the thread is interrupted (the flag is kept). A
 * simulation replaces it to run one thread at a time on a virtual clock. Thread-safe.
 */
public interface Parking {

    /**
     * Puts the calling thread to sleep.
     *
     * @param blocker what it waits for, seen in thread dumps
     * @param nanos at most this long; zero or less returns at once
     */
    void park(Object blocker, long nanos);

    /**
     * Wakes a thread, or lets its next {@link #park} return at once.
     *
     * @param thread the thread to wake
     */
    void unpark(Thread thread);

    /**
     * Returns the parking of this machine.
     *
     * @return one that delegates to {@link LockSupport}
     */
    static Parking system() {
        return SystemParking.INSTANCE;
    }
}
