package dev.understudy.cache;

import dev.understudy.cache.Flight.Landing;
import dev.understudy.cache.Flight.Seat;
import dev.understudy.chat.ChatResponse;
import dev.understudy.testing.Rule;
import dev.understudy.time.Parking;
import dev.understudy.time.Waiting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All interleavings of a few steps: who leads, who is told what, and that everybody wakes up. */
@Tag("lincheck")
@Rule("R18")
class FlightsLincheckTest {

    private static final CacheKey KEY = new CacheKey(1, 2, 3, 4);
    private static final Landing[] ANSWERS = {answer("0"), answer("1"), answer("2"), answer("3")};

    /** Nothing of interest happens inside the JDK's collections: one of ours is concurrent, the other is guarded. */
    private static final ManagedStrategyGuarantee COLLECTIONS = ManagedStrategyGuaranteeKt.forClasses(
                    ConcurrentHashMap.class.getName(),
                    "java.util.concurrent.ConcurrentHashMap$KeySetView",
                    LinkedHashSet.class.getName(),
                    ArrayList.class.getName())
            .allMethods()
            .treatAsAtomic();

    private static Landing answer(String text) {
        return new Landing(ChatResponse.of(text), null);
    }

    /** Every step happens at one moment: the steps of all threads, in some order, mean what {@link OneByOne} says. */
    @Test
    void whoLeadsAndWhoIsToldIsDecidedAtOneMoment() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(12)
                .invocationsPerIteration(100)
                .addGuarantee(COLLECTIONS)
                .sequentialSpecification(OneByOne.class)
                .check(Steps.class);
    }

    /** Threads are parked without a time limit: one lost wake-up, and the run does not end. */
    @Test
    void everybodyWakesUpAndNoFlightIsLeftBehind() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(1)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(12)
                .invocationsPerIteration(100)
                .addGuarantee(COLLECTIONS)
                .check(Calls.class);
    }

    /** The steps of {@link Flights}, taken by up to three threads. */
    public static class Steps {

        private final Flights flights = new Flights();
        private final Waiting waiting = new Waiting(() -> 0L, Parking.system());
        private final Seat[] seats = new Seat[8];

        @Operation
        public String board(@Param(gen = ThreadIdGen.class) int thread) {
            if (seats[thread] != null) {
                return "seated";
            }
            seats[thread] = flights.board(KEY, waiting);
            return seats[thread].leads() ? "leads" : "waits";
        }

        @Operation
        public String land(
                @Param(gen = ThreadIdGen.class) int thread, @Param(gen = IntGen.class, conf = "0:3") int answer) {
            Seat seat = seats[thread];
            if (seat == null || !seat.leads()) {
                return "no";
            }
            seat.land(ANSWERS[answer]);
            seats[thread] = null;
            return "landed";
        }

        @Operation
        public String giveUp(@Param(gen = ThreadIdGen.class) int thread) {
            Seat seat = seats[thread];
            seats[thread] = null;
            if (seat != null) {
                seat.giveUp();
            }
            return "gone";
        }

        @Operation
        public String look(@Param(gen = ThreadIdGen.class) int thread) {
            Seat seat = seats[thread];
            if (seat == null) {
                return "nowhere";
            }
            if (seat.leads()) {
                return "leads";
            }
            Landing landing = seat.landing();
            if (landing == null) {
                return "waits";
            }
            seats[thread] = null;
            return landing.answer().text();
        }
    }

    /** The same by one thread, and obvious. */
    public static class OneByOne {

        private static final class Trip {
            int leader;
            final Deque<Integer> waiters = new ArrayDeque<>();
            Integer answer;
        }

        private final Map<Integer, Trip> seated = new HashMap<>();
        private Trip open;

        public String board(int thread) {
            if (seated.containsKey(thread)) {
                return "seated";
            }
            if (open != null) {
                open.waiters.add(thread);
                seated.put(thread, open);
                return "waits";
            }
            open = new Trip();
            open.leader = thread;
            seated.put(thread, open);
            return "leads";
        }

        public String land(int thread, int answer) {
            Trip trip = seated.get(thread);
            if (trip == null || trip.leader != thread) {
                return "no";
            }
            trip.answer = answer;
            open = null;
            seated.remove(thread);
            return "landed";
        }

        public String giveUp(int thread) {
            Trip trip = seated.remove(thread);
            if (trip != null && trip.answer == null && !trip.waiters.remove(thread)) {
                if (trip.waiters.isEmpty()) {
                    open = null;
                } else {
                    trip.leader = trip.waiters.remove();
                }
            }
            return "gone";
        }

        public String look(int thread) {
            Trip trip = seated.get(thread);
            if (trip == null) {
                return "nowhere";
            }
            if (trip.answer != null) {
                seated.remove(thread);
                return String.valueOf(trip.answer);
            }
            return trip.leader == thread ? "leads" : "waits";
        }
    }

    /** Whole calls: they wait as the stage waits, and end in one of three ways. */
    public static class Calls implements Parking {

        private final Flights flights = new Flights();
        private final Waiting waiting = new Waiting(() -> 0L, this);
        private final Set<Thread> awake = new LinkedHashSet<>();

        @Operation
        public void answered() {
            Seat seat = await();
            if (seat.leads()) {
                seat.land(ANSWERS[0]);
            }
        }

        @Operation
        public void endedWhileLeading() {
            Seat seat = await();
            if (seat.leads()) {
                seat.giveUp();
            }
        }

        @Operation
        public void endedWhileWaiting() {
            flights.board(KEY, waiting).giveUp();
        }

        @Validate
        public void nothingIsInFlightAtRest() {
            if (flights.size() != 0) {
                throw new IllegalStateException(flights.size() + " flights left behind");
            }
        }

        private Seat await() {
            Seat seat = flights.board(KEY, waiting);
            while (!seat.leads() && seat.landing() == null) {
                waiting.park(seat, Long.MAX_VALUE);
            }
            return seat;
        }

        /** Lincheck lets {@code LockSupport.park} return for no reason, which would hide a lost wake-up; this does not. */
        @Override
        public synchronized void park(Object blocker, long nanos) {
            try {
                while (!awake.remove(Thread.currentThread())) {
                    wait();
                }
            } catch (InterruptedException never) {
                throw new IllegalStateException(never);
            }
        }

        @Override
        public synchronized void unpark(Thread thread) {
            awake.add(thread);
            notifyAll();
        }
    }
}
