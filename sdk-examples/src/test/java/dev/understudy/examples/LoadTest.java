package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.examples.Trace.Arrival;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadTest {

    private static final Trace TRACE =
            new Trace(List.of(new Arrival(0, 1, 1), new Arrival(6, 2, 2), new Arrival(9, 3, 3), new Arrival(12, 4, 4)));

    private final FakeTicker clock = new FakeTicker();
    private final long start = clock.nanoTime();
    private final List<Long> millis = new ArrayList<>();

    private void note() {
        millis.add(TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - start));
    }

    @Test
    void each_arrival_is_a_call_at_its_time_faster_by_the_speed() {
        try (Load load = new Load(
                TRACE,
                3,
                arrival -> {
                    note();
                    return () -> {};
                },
                clock.waiting(),
                10)) {
            load.playOnce();
            load.playOnce();

            assertThat(millis).containsExactly(0L, 2000L, 3000L, 4000L, 4000L, 6000L, 7000L, 8000L);
            assertThat(load.leftOut()).isZero();
        }
    }

    @Test
    void what_comes_too_late_is_left_out_and_counted() {
        try (Load load = new Load(
                TRACE,
                3,
                arrival -> {
                    note();
                    if (arrival.contextTokens() == 1) {
                        clock.advance(Duration.ofMillis(3500)); // the machine stands still
                    }
                    return () -> {};
                },
                clock.waiting(),
                10)) {
            load.playOnce();

            // That of 2 s is 1.5 s late, that of 3 s half a second; that of 4 s is in time.
            assertThat(millis).containsExactly(0L, 3500L, 4000L);
            assertThat(load.leftOut()).isEqualTo(1);
        }
    }

    @Test
    void what_finds_all_callers_waiting_is_left_out_and_counted() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        Semaphore done = new Semaphore(0);
        try (Load load = new Load(
                TRACE,
                3,
                arrival -> () -> {
                    try {
                        answered.await();
                        done.release();
                    } catch (InterruptedException closed) {
                        Thread.currentThread().interrupt();
                    }
                },
                clock.waiting(),
                3)) {
            load.playOnce();

            assertThat(load.leftOut()).isEqualTo(1);
            answered.countDown();
            assertThat(done.tryAcquire(3, 10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
