package dev.understudy.openai;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ends flights that have to end: one daemon thread per client that looks at every flight each few milliseconds.
 *
 * <h2>Why not OkHttp's time-outs</h2>
 *
 * They put every call, and every read and write, into one shared priority queue under one lock, which costs up to a quarter
 * of the throughput, and they know neither a cancelled deadline nor a thread's interrupt. Here a call registers with one
 * compare-and-set and leaves with one store; what costs is looking, and that is paid by the thread that looks: 5 ms
 * between two rounds, and never more than about 2 % of its time.
 *
 * <h2>No round is missed</h2>
 *
 * The thread is started by the first flight. When it has found nobody for a second it says so in {@link #parked}, looks
 * once more, and parks without end. Whoever registers stores into a slot first and reads {@link #parked} afterwards: one
 * of the two sees the other (Dekker). An idle client burns nothing.
 *
 * <h2>No cancel comes too late</h2>
 *
 * A cancel that hits a call just when its last byte arrives would close a connection that is already back in the pool, in
 * the middle of somebody else's call. So a flight is ended by a compare-and-set, and so is its time on the wire: whichever
 * comes second finds it done ({@link Flight#responseBodyEnd}).
 */
final class Watchdog implements Runnable, AutoCloseable {

    private static final long ROUND_NANOS = 5_000_000;
    private static final long LONGEST_ROUND_NANOS = 20_000_000;
    private static final long SHORTEST_ROUND_NANOS = 500_000;
    /** Sleeping this many times as long as a round took keeps the share of time spent looking below 2 %. */
    private static final long SLEEP_PER_WORK = 50;

    private static final int EMPTY_ROUNDS_BEFORE_PARKING = 200;

    /** Neighbouring threads begin their search this far apart: references are 4 bytes, a cache line is 64. */
    private static final int STRIDE = 16;

    private final String name;
    private final Bay first;
    private final ReentrantLock starting = new ReentrantLock();

    private volatile @Nullable Thread thread;
    private volatile boolean parked;
    private volatile boolean closed;

    /** A fixed number of places for flights, and more where those did not suffice. */
    private static final class Bay {
        final AtomicReferenceArray<@Nullable Flight> slots;
        final AtomicReference<@Nullable Bay> next = new AtomicReference<>();

        Bay(int size) {
            slots = new AtomicReferenceArray<>(size);
        }

        Bay orMore() {
            Bay more = next.get();
            if (more != null) {
                return more;
            }
            Bay added = new Bay(slots.length() * 2);
            Bay faster = next.compareAndExchange(null, added);
            return faster == null ? added : faster;
        }
    }

    /**
     * Makes a watchdog that sleeps until there is a flight.
     *
     * @param name of its thread
     * @param expected flights at once; more are possible
     */
    Watchdog(String name, int expected) {
        this.name = name;
        // Twice as many places as flights, so that a free one is near; at most 64 KiB until they are needed.
        int size = Integer.highestOneBit(Math.max(16, Math.min(expected, 8192)) * 2 - 1) * 2;
        this.first = new Bay(size);
    }

    /** Registers a flight; from now on it ends in time. */
    void watch(Flight flight) {
        place(flight);
        if (closed) {
            flight.end(Flight.Ending.CLOSED);
            return;
        }
        Thread watching = thread;
        if (watching == null) {
            start();
        } else if (parked) {
            LockSupport.unpark(watching);
        }
    }

    @SuppressWarnings("deprecation") // threadId() is not in Java 17.
    private void place(Flight flight) {
        int hash = (int) Thread.currentThread().getId() * STRIDE;
        for (Bay bay = first; ; bay = bay.orMore()) {
            AtomicReferenceArray<@Nullable Flight> slots = bay.slots;
            int mask = slots.length() - 1;
            // Where the start is the same for two threads (ids that differ by length / STRIDE), the next line will do.
            int start = (hash + hash / slots.length()) & mask;
            for (int i = 0; i <= mask; i++) {
                int slot = (start + i) & mask;
                if (slots.getPlain(slot) == null) {
                    flight.registered(slots, slot);
                    if (slots.compareAndSet(slot, null, flight)) {
                        return;
                    }
                }
            }
        }
    }

    private void start() {
        starting.lock();
        try {
            if (thread == null && !closed) {
                Thread watching = new Thread(this, name);
                watching.setDaemon(true);
                thread = watching;
                watching.start();
            }
        } finally {
            starting.unlock();
        }
    }

    /** Returns the flight of the current thread, or null where it has none. */
    @Nullable
    Flight current() {
        Thread me = Thread.currentThread();
        for (Bay bay = first; bay != null; bay = bay.next.get()) {
            for (int i = 0; i < bay.slots.length(); i++) {
                Flight flight = bay.slots.get(i);
                if (flight != null && flight.owner() == me) {
                    return flight;
                }
            }
        }
        return null;
    }

    @Override
    public void run() {
        int emptyRounds = 0;
        while (!closed) {
            long began = System.nanoTime();
            long earliest = round();
            if (earliest != Long.MAX_VALUE) {
                emptyRounds = 0;
            } else if (++emptyRounds >= EMPTY_ROUNDS_BEFORE_PARKING) {
                parkUntilWatching();
                emptyRounds = 0;
                continue;
            }
            long took = System.nanoTime() - began;
            long pause = Math.max(ROUND_NANOS, Math.min(took * SLEEP_PER_WORK, LONGEST_ROUND_NANOS));
            LockSupport.parkNanos(this, Math.max(SHORTEST_ROUND_NANOS, Math.min(pause, earliest)));
            Thread.interrupted();
        }
    }

    /** Looks at every flight; returns nanoseconds until the next has to end, or the maximum if there is none. */
    private long round() {
        long earliest = Long.MAX_VALUE;
        for (Bay bay = first; bay != null; bay = bay.next.get()) {
            for (int i = 0; i < bay.slots.length(); i++) {
                Flight flight = bay.slots.get(i);
                if (flight != null) {
                    // One that was ended lands soon, and needs no earlier round.
                    long left = flight.check();
                    earliest = Math.min(earliest, left <= 0 ? ROUND_NANOS : left);
                }
            }
        }
        return earliest;
    }

    private void parkUntilWatching() {
        parked = true;
        try {
            while (!closed && round() == Long.MAX_VALUE) {
                LockSupport.park(this);
                // An interrupt means nothing here, and would let the next park return at once.
                Thread.interrupted();
            }
        } finally {
            parked = false;
        }
    }

    /** Ends every flight and the thread. Idempotent. */
    @Override
    public void close() {
        Thread watching;
        starting.lock();
        try {
            closed = true;
            watching = thread;
        } finally {
            starting.unlock();
        }
        for (Bay bay = first; bay != null; bay = bay.next.get()) {
            for (int i = 0; i < bay.slots.length(); i++) {
                Flight flight = bay.slots.get(i);
                if (flight != null) {
                    flight.end(Flight.Ending.CLOSED);
                }
            }
        }
        LockSupport.unpark(watching);
    }
}
