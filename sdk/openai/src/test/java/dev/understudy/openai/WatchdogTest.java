package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {

    private static final String NAME = "understudy-watchdog-test";

    private final Waiting waiting = Waiting.system();
    private final Watchdog watchdog = new Watchdog(NAME, 4);

    @AfterEach
    void close() {
        watchdog.close();
    }

    private Flight flight(Duration timeout) {
        Flight flight =
                new Flight(Deadline.after(waiting, timeout), Ticker.system(), new Lines(), MemoryBudget.OF_THE_PROCESS);
        watchdog.watch(flight);
        return flight;
    }

    private static Thread thread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals(NAME))
                .findFirst()
                .orElse(null);
    }

    @Test
    void a_flight_ends_when_its_deadline_passes() {
        Flight flight = flight(Duration.ofMillis(30));
        await().until(() -> flight.ending() == Flight.Ending.OVER);
    }

    @Test
    void a_flight_that_is_in_time_is_let_alone() {
        Flight late = flight(Duration.ofHours(1));
        Flight flight = flight(Duration.ofMillis(30));
        await().until(() -> flight.ending() != null);
        assertThat(late.ending()).isNull();
        assertThat(late.isOver()).isFalse();
    }

    @Test
    void a_flight_that_landed_is_let_alone() {
        Flight landed = flight(Duration.ofMillis(50));
        landed.landed();
        Flight later = flight(Duration.ofMillis(100));
        await().until(() -> later.ending() != null);
        assertThat(landed.ending()).isNull();
    }

    @Test
    void a_flight_that_was_told_to_hurry_does() {
        Flight flight = flight(Duration.ofHours(1));
        flight.hurry(20_000_000);
        await().until(() -> flight.ending() == Flight.Ending.IMPATIENT);
    }

    @Test
    void there_are_more_places_than_were_expected() {
        List<Flight> flights = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            flights.add(flight(Duration.ofMillis(100)));
        }
        await().until(() -> flights.stream().allMatch(flight -> flight.ending() == Flight.Ending.OVER));
        flights.forEach(Flight::landed);
        assertThat(watchdog.current()).isNull();
    }

    @Test
    void a_thread_finds_its_own_flight() throws InterruptedException {
        Flight mine = flight(Duration.ofHours(1));
        CountDownLatch registered = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            flight(Duration.ofHours(1));
            registered.countDown();
        });
        other.start();
        registered.await();
        assertThat(watchdog.current()).isSameAs(mine);
        mine.landed();
        assertThat(watchdog.current()).isNull();
    }

    @Test
    @Rule("R30")
    void there_is_no_thread_before_the_first_flight_nor_after_the_end() {
        assertThat(thread()).isNull();
        flight(Duration.ofHours(1));
        assertThat(thread().isDaemon()).isTrue();
        watchdog.close();
        await().until(() -> thread() == null);
    }

    @Test
    void without_flights_the_thread_parks_without_end_and_the_next_flight_wakes_it() {
        for (int round = 0; round < 3; round++) {
            flight(Duration.ofHours(1)).landed();
            await().until(() -> thread().getState() == Thread.State.WAITING);
            Flight flight = flight(Duration.ofMillis(20));
            await().until(() -> flight.ending() == Flight.Ending.OVER);
            flight.landed();
        }
    }

    @Test
    void flights_that_come_and_go_beside_a_parking_thread_are_all_seen() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 50; i++) {
                    Flight flight = flight(Duration.ofMillis(1));
                    await().until(() -> flight.ending() != null);
                    flight.landed();
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void the_end_ends_all_flights_also_those_that_come_later() {
        Flight before = flight(Duration.ofHours(1));
        watchdog.close();
        Flight after = flight(Duration.ofHours(1));
        assertThat(before.ending()).isEqualTo(Flight.Ending.CLOSED);
        assertThat(after.ending()).isEqualTo(Flight.Ending.CLOSED);
    }
}
