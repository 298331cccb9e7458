package dev.understudy.adaptive;

import dev.understudy.throttle.ConcurrencyLimit;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A model that works on so many requests at once, and a gate in front of it whose limit is learnt, event by event on a virtual
 * clock. What is too much waits at the model, or is refused with a 429. Answers are of very different length.
 */
final class Upstream {

    static final long SECOND = 1_000_000_000;

    private record Request(long sentAt, int inFlight, long work) {}

    private record Event(long at, int order, Request request, boolean dropped) {}

    private final SplittableRandom chance;
    private final ConcurrencyLimit limit;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingInt(Event::order));
    private final ArrayDeque<Request> queue = new ArrayDeque<>();

    /** Requests that it works on at once. */
    int slots = 40;
    /** Whether it answers 429 where it would let wait. */
    boolean refuses;
    /** How long it works on a request on average. */
    double meanSeconds = 2;
    /** The standard deviation of the logarithm of that: 1 is a factor of 2.7 up or down. */
    double sigma = 0.8;
    /** How many callers there are at most. */
    int callers = 1000;
    /** After what time its callers give it up. */
    long timeout = 60 * SECOND;

    private int busy;
    private int inFlight;
    private int order;
    long now;
    int answers;
    int drops;
    double latencySum;
    int lowest = Integer.MAX_VALUE;
    int highest;
    double limitSum;
    long samples;

    Upstream(ConcurrencyLimit limit, long seed) {
        this.limit = limit;
        this.chance = new SplittableRandom(seed);
    }

    /** Goes on for a time, as fast as the limit lets it; figures are of that time. */
    Upstream run(double seconds) {
        long until = now + (long) (seconds * SECOND);
        answers = 0;
        drops = 0;
        latencySum = 0;
        lowest = Integer.MAX_VALUE;
        highest = 0;
        limitSum = 0;
        samples = 0;
        send();
        while (events.peek() != null && events.peek().at <= until) {
            Event event = events.remove();
            now = event.at;
            over(event);
            int learnt = limit.limit();
            lowest = Math.min(lowest, learnt);
            highest = Math.max(highest, learnt);
            limitSum += learnt;
            samples++;
            send();
        }
        now = until;
        return this;
    }

    double meanLimit() {
        return limitSum / samples;
    }

    private void send() {
        while (inFlight < Math.min(limit.limit(), callers)) {
            inFlight++;
            double work = meanSeconds * SECOND * Math.exp(sigma * gaussian() - sigma * sigma / 2);
            Request request = new Request(now, inFlight, Math.max(1, (long) work));
            if (busy < slots) {
                begin(request);
            } else if (refuses) {
                events.add(new Event(now + SECOND / 20, order++, request, true));
            } else {
                queue.add(request);
            }
        }
    }

    private void begin(Request request) {
        busy++;
        events.add(new Event(now + request.work, order++, request, false));
    }

    private void over(Event event) {
        inFlight--;
        Request request = event.request;
        long took = now - request.sentAt;
        if (event.dropped) {
            drops++;
            limit.dropped(request.sentAt, took, request.inFlight);
            return;
        }
        busy--;
        if (took > timeout) {
            drops++;
            limit.dropped(request.sentAt, took, request.inFlight);
        } else {
            answers++;
            latencySum += took;
            limit.answered(request.sentAt, took, request.inFlight);
        }
        while (busy < slots && !queue.isEmpty()) {
            begin(queue.remove());
        }
    }

    private double gaussian() {
        return Math.sqrt(-2 * Math.log(1 - chance.nextDouble())) * Math.cos(2 * Math.PI * chance.nextDouble());
    }
}
