package dev.understudy.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scheduler itself: time, order, wake-ups, and that it notices when somebody waits for ever. */
@Timeout(60)
class VirtualWorldTest {

    private static final long MS = 1_000_000;

    private VirtualWorld world = new VirtualWorld(1, Temper.CALM);
    private final List<String> log = new ArrayList<>();

    @Test
    void time_passes_only_when_everybody_waits_and_then_at_once() {
        world.run("main", () -> {
            long start = world.nanoTime();
            world.spawn("early", () -> {
                world.sleep(3_600_000 * MS);
                log.add("early at " + world.elapsedNanos() / MS);
            });
            world.spawn("late", () -> {
                world.sleep(7_200_000 * MS);
                log.add("late at " + world.elapsedNanos() / MS);
            });
            assertThat(world.nanoTime()).isEqualTo(start);
            world.join();
            assertThat(world.nanoTime() - start).isEqualTo(7_200_000 * MS);
        });
        assertThat(log).containsExactly("early at 3600000", "late at 7200000");
    }

    @Test
    void one_seed_is_one_order_and_other_seeds_are_others() {
        Set<String> orders = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            String first = order(seed);
            assertThat(order(seed)).isEqualTo(first);
            orders.add(first);
        }
        assertThat(orders).hasSizeGreaterThan(10);
    }

    private static String order(long seed) {
        VirtualWorld world = new VirtualWorld(seed, new Temper(0.5, 0, 0.1, 10 * MS, 0.2, 100));
        StringBuilder order = new StringBuilder();
        world.run("main", () -> {
            for (int i = 0; i < 5; i++) {
                char name = (char) ('a' + i);
                world.spawn("letter", () -> {
                    for (int k = 0; k < 5; k++) {
                        order.append(name);
                        world.pause();
                        world.park(name, MS);
                    }
                });
            }
            world.join();
        });
        return order + "\n" + world.trace;
    }

    @Test
    void a_wake_up_before_the_sleep_is_not_lost() {
        world.run("main", () -> {
            Carrier me = world.current();
            world.unpark(me);
            world.park(this, Long.MAX_VALUE);
            assertThat(world.elapsedNanos()).isZero();
            world.spawn("waker", () -> {
                world.sleep(5 * MS);
                world.unpark(me);
            });
            world.park(this, Long.MAX_VALUE);
            assertThat(world.elapsedNanos()).isEqualTo(5 * MS);
        });
    }

    @Test
    void an_interrupt_ends_a_sleep_keeps_its_flag_and_lets_no_further_sleep_begin() {
        world.run("main", () -> {
            Carrier me = world.current();
            world.spawn("interrupter", () -> {
                world.sleep(5 * MS);
                me.interrupt();
                assertThat(me.isInterrupted()).isTrue();
            });
            world.park(this, Long.MAX_VALUE);
            assertThat(world.elapsedNanos()).isEqualTo(5 * MS);
            world.pause();
            world.sleep(MS);
            world.park(this, Long.MAX_VALUE);
            assertThat(world.elapsedNanos()).isEqualTo(6 * MS);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(me.isInterrupted()).isFalse();
        });
    }

    @Test
    void a_thread_carries_one_task_after_the_other_and_no_interrupt_over() {
        Set<Thread> threads = new HashSet<>();
        world.run("main", () -> {
            for (int i = 0; i < 10; i++) {
                world.work(() -> {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    threads.add(Thread.currentThread());
                    Thread.currentThread().interrupt();
                });
                world.join();
            }
        });
        assertThat(threads).hasSize(1);
    }

    @Test
    void more_workers_than_there_are_are_refused() {
        world = new VirtualWorld(1, new Temper(0, 0, 0, 0, 0, 2));
        world.run("main", () -> {
            world.work(() -> world.sleep(MS));
            assertThat(catchThrowableOfType(RejectedExecutionException.class, () -> world.work(() -> {})))
                    .isNotNull();
            world.join();
        });
    }

    @Test
    void a_sleep_may_end_early_for_no_reason() {
        world = new VirtualWorld(1, new Temper(0, 0, 0, 0, 1, 2));
        world.run("main", () -> {
            world.park(this, 100 * MS);
            assertThat(world.elapsedNanos()).isLessThan(100 * MS);
        });
    }

    @Test
    void waiting_and_deadlines_live_on_this_clock_also_when_it_overflows() {
        for (long seed = 0; seed < 20; seed++) {
            VirtualWorld here = new VirtualWorld(seed, Temper.CALM);
            Waiting waiting = new Waiting(here, here);
            here.run("main", () -> {
                Deadline deadline = Deadline.after(waiting, Duration.ofMinutes(2));
                assertThat(waiting.sleep(Duration.ofMinutes(1).toNanos(), deadline))
                        .isTrue();
                assertThat(waiting.sleep(Duration.ofMinutes(2).toNanos(), deadline))
                        .isFalse();
                assertThat(here.elapsedNanos()).isEqualTo(Duration.ofMinutes(2).toNanos());
            });
        }
    }

    // It can fail

    @Test
    void a_lost_wake_up_is_a_wedged_world_and_everybodys_place_is_shown() {
        Violation found = failure(() -> {
            world.spawn("left", () -> world.park("the right one", Long.MAX_VALUE));
            world.spawn("right", () -> world.park("the left one", Long.MAX_VALUE));
            world.join();
        });
        assertThat(found).hasMessageContaining("Everybody waits for somebody else");
        assertThat(found).hasMessageContaining("left: PARKED").hasMessageContaining("the left one");
    }

    @Test
    void a_wait_that_the_world_does_not_know_is_found_with_its_stack() {
        world = new VirtualWorld(1, Temper.CALM, TimeUnit.MILLISECONDS.toNanos(500));
        CountDownLatch never = new CountDownLatch(1);
        Violation found = failure(() -> {
            try {
                never.await();
            } catch (InterruptedException unexpected) {
                throw new AssertionError(unexpected);
            }
        });
        never.countDown();
        assertThat(found).hasMessageContaining("blocks outside Waiting").hasMessageContaining("CountDownLatch.await");
    }

    @Test
    void a_lock_held_while_parking_is_found_too() {
        world = new VirtualWorld(1, Temper.CALM, TimeUnit.MILLISECONDS.toNanos(500));
        ReentrantLock lock = new ReentrantLock();
        Violation found = failure(() -> {
            world.spawn("holder", () -> {
                lock.lock();
                try {
                    world.sleep(MS);
                } finally {
                    lock.unlock();
                }
            });
            world.sleep(MS / 2);
            lock.lock();
        });
        assertThat(found).hasMessageContaining("ReentrantLock.lock");
    }

    @Test
    void a_thread_that_never_ends_is_found() {
        Violation found = failure(() -> {
            while (true) {
                world.park("nothing", 1);
            }
        });
        assertThat(found).hasMessageContaining("No end after");
    }

    @Test
    void what_a_task_throws_ends_the_run() {
        assertThat(catchThrowableOfType(
                        AssertionError.class,
                        () -> world.run("main", () -> {
                            world.spawn("faulty", () -> {
                                throw new IllegalStateException("broken");
                            });
                            world.join();
                        })))
                .hasRootCauseMessage("broken");
    }

    private Violation failure(Runnable main) {
        return catchThrowableOfType(Violation.class, () -> world.run("main", main));
    }
}
