package dev.understudy.cache;

import dev.understudy.chat.ChatResponse;
import dev.understudy.time.Waiting;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One upstream call and everybody who waits for its answer. Thread-safe; nothing in here waits, save shortly for the lock.
 *
 * <p>At any time one seat leads: its thread asks the model. It ends its lead either by {@link Seat#land landing}, whose
 * result is everybody's, or by {@link Seat#giveUp giving up}, for reasons of its own, whereupon the seat that has waited
 * longest leads. Seats, lead and landing change together under one lock, and every waiter is woken after the change that
 * concerns it, so no wake-up is lost. A flight that has landed, or has nobody left, takes nobody on board any more.
 */
final class Flight {

    private final Flights flights;
    private final CacheKey key;
    private final Waiting waiting;
    private final ReentrantLock change = new ReentrantLock();

    /** Who waits, the longest first; guarded by {@link #change}. */
    private final Set<Seat> waiters = new LinkedHashSet<>();

    /** Whether nobody may come on board; guarded by {@link #change}. */
    private boolean over;

    private volatile @Nullable Landing landing;

    Flight(Flights flights, CacheKey key, Waiting waiting) {
        this.flights = flights;
        this.key = key;
        this.waiting = waiting;
    }

    /** The calling thread's seat, which leads: to be asked for once, before anybody else sees the flight. */
    Seat firstSeat() {
        return new Seat(true);
    }

    /** The calling thread's seat, which waits, or null where the flight is over. */
    @Nullable
    Seat join() {
        change.lock();
        try {
            if (over) {
                return null;
            }
            Seat seat = new Seat(false);
            waiters.add(seat);
            return seat;
        } finally {
            change.unlock();
        }
    }

    /** How a flight ended: in an answer or a failure. */
    record Landing(@Nullable ChatResponse answer, @Nullable Throwable failure) {}

    /** The place of one call, and of the thread that runs it. */
    final class Seat {

        private final Thread thread = Thread.currentThread();
        private volatile boolean leads;

        private Seat(boolean leads) {
            this.leads = leads;
        }

        /** Whether this call is, or was, the one to ask the model. */
        boolean leads() {
            return leads;
        }

        /** How the flight ended, or null while it has not. */
        @Nullable
        Landing landing() {
            return landing;
        }

        /** Ends the flight; only for the seat that leads. */
        void land(Landing end) {
            List<Seat> told;
            change.lock();
            try {
                over = true;
                landing = end;
                told = new ArrayList<>(waiters);
                waiters.clear();
            } finally {
                change.unlock();
            }
            flights.remove(key, Flight.this);
            for (Seat seat : told) {
                waiting.unpark(seat.thread);
            }
        }

        /** Leaves the flight to the others. A seat that leads hands over to the longest waiting; idempotent otherwise. */
        void giveUp() {
            Seat successor = null;
            change.lock();
            try {
                // Not among the waiters: it leads, perhaps since this moment; or the flight has landed.
                if (waiters.remove(this) || over) {
                    return;
                }
                if (waiters.isEmpty()) {
                    over = true;
                } else {
                    successor = waiters.iterator().next();
                    waiters.remove(successor);
                    successor.leads = true;
                }
            } finally {
                change.unlock();
            }
            if (successor == null) {
                flights.remove(key, Flight.this);
            } else {
                waiting.unpark(successor.thread);
            }
        }

        /** What a thread that waits is seen to wait for, in a thread dump. */
        @Override
        public String toString() {
            return "the answer to an identical call";
        }
    }
}
