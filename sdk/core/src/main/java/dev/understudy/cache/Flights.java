package dev.understudy.cache;

import dev.understudy.time.Waiting;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The upstream calls in flight, at most one for each key. Thread-safe; empty at rest. */
final class Flights {

    private final ConcurrentMap<CacheKey, Flight> inFlight = new ConcurrentHashMap<>();

    /** The calling thread's seat in the flight of a key: it leads where there was none. */
    Flight.Seat board(CacheKey key, Waiting waiting) {
        while (true) {
            Flight flight = inFlight.get(key);
            if (flight == null) {
                Flight mine = new Flight(this, key, waiting);
                Flight.Seat seat = mine.firstSeat();
                flight = inFlight.putIfAbsent(key, mine);
                if (flight == null) {
                    return seat;
                }
            }
            Flight.@Nullable Seat seat = flight.join();
            if (seat != null) {
                return seat;
            }
            // Over, but whoever ended it has not come to this line yet.
            remove(key, flight);
        }
    }

    void remove(CacheKey key, Flight flight) {
        inFlight.remove(key, flight);
    }

    int size() {
        return inFlight.size();
    }
}
