package dev.understudy.throttle;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/**
 * A line before a model that takes so many at once, event by event on a clock of its own: who is refused by {@link LinePace}
 * goes away, save for a few that are let in all the same, to see whether they would have been served.
 */
final class WaitingRoom {

    private static final double LET_IN = 0.1;

    private record Event(long at, int order, boolean arrival) {}

    private static final class Caller {
        final long until;
        final boolean refused;

        Caller(long until, boolean refused) {
            this.until = until;
            this.refused = refused;
        }
    }

    private final SplittableRandom chance;
    private final int permits;
    private final LongUnaryOperator service;
    private final double meanGap;
    private final long patience;
    private final boolean estimates;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingInt(Event::order));
    private final ArrayDeque<Caller> line = new ArrayDeque<>();
    private final LinePace pace = new LinePace();
    private int inUse;
    private int order;

    int served;
    int inVain;
    int refused;
    /** Refused, and let in all the same. */
    int letIn;
    /** Of these, who were served in time: refused wrongly. */
    int wronged;

    /**
     * Opens a room.
     *
     * @param service how long an attempt takes that begins at an instant
     * @param meanGap between two callers
     * @param patience how long at least a caller waits, and at most twice as long
     * @param estimates whether anybody is refused
     */
    WaitingRoom(
            SplittableRandom chance,
            int permits,
            LongUnaryOperator service,
            double meanGap,
            long patience,
            boolean estimates) {
        this.chance = chance;
        this.permits = permits;
        this.service = service;
        this.meanGap = meanGap;
        this.patience = patience;
        this.estimates = estimates;
    }

    WaitingRoom run(int callers) {
        long last = 0;
        for (int i = 0; i < callers; i++) {
            last += 1 + (long) (-Math.log(1 - chance.nextDouble()) * meanGap);
            events.add(new Event(last, order++, true));
        }
        while (!events.isEmpty()) {
            Event event = events.remove();
            line.removeIf(caller -> {
                boolean gone = caller.until < event.at;
                inVain += gone && !caller.refused ? 1 : 0;
                return gone;
            });
            if (line.isEmpty()) {
                pace.restart();
            }
            if (event.arrival) {
                arrive(event.at);
            } else {
                inUse--;
                next(event.at);
            }
        }
        return this;
    }

    private void arrive(long now) {
        if (inUse < permits) {
            begin(now);
            served++;
            return;
        }
        long until = now + patience + (chance.nextBoolean() ? 0 : chance.nextLong(patience + 1));
        Caller last = line.peekLast();
        boolean hopeless = estimates && last != null && pace.isHopeless(line.size(), until - now, until - last.until);
        if (hopeless) {
            refused++;
            if (chance.nextDouble() >= LET_IN) {
                return;
            }
            letIn++;
        }
        line.add(new Caller(until, hopeless));
    }

    private void next(long now) {
        Caller first = line.poll();
        if (first != null) {
            pace.stepped(now);
            served++;
            wronged += first.refused ? 1 : 0;
            begin(now);
        }
        if (line.isEmpty()) {
            pace.restart();
        }
    }

    private void begin(long now) {
        inUse++;
        events.add(new Event(now + Math.max(1, service.applyAsLong(now)), order++, false));
    }
}
