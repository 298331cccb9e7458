package dev.understudy.time;

import java.util.concurrent.locks.LockSupport;

/** Real threads, really parked. */
enum SystemParking implements Parking {
    INSTANCE;

    @Override
    public void park(Object blocker, long nanos) {
        LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
