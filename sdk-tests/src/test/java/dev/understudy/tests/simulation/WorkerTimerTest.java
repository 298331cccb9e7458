package dev.understudy.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.time.Timer;
import dev.understudy.time.Waiting;
import dev.understudy.time.WorkerTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One worker that keeps many plans: each at its instant, none that was called off, and nobody there when there is none. */
@Timeout(60)
class WorkerTimerTest {

    private static final long MS = 1_000_000;

    static LongStream orders() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void each_plan_is_kept_at_its_instant_and_those_called_off_are_not(long seed) {
        VirtualWorld world = new VirtualWorld(seed, new Temper(0.5, 0, 0, 0, 0.1, Integer.MAX_VALUE));
        SplittableRandom chance = new SplittableRandom(seed);
        TreeMap<Long, Integer> wanted = new TreeMap<>();
        TreeMap<Long, Integer> kept = new TreeMap<>();
        world.run("main", () -> {
            Waiting waiting = new Waiting(world, world);
            Timer timer = new WorkerTimer(waiting, new VirtualWorkers(world, hired -> {}));
            for (int caller = 0; caller < 3; caller++) {
                SplittableRandom own = chance.split();
                world.spawn("caller", () -> {
                    for (int i = 0; i < 20; i++) {
                        long at = world.elapsedNanos() + own.nextLong(100 * MS);
                        Timer.Plan plan = timer.at(
                                waiting.nanoTime() + at - world.elapsedNanos(),
                                () -> kept.merge(world.elapsedNanos(), 1, Integer::sum));
                        boolean calledOff = own.nextInt(3) > 0;
                        long pause = own.nextLong(20 * MS);
                        if (calledOff) {
                            plan.callOff();
                        } else {
                            wanted.merge(at, 1, Integer::sum);
                        }
                        world.sleep(pause);
                    }
                });
            }
            world.join();
            assertThat(world.live()).as("nobody is left").hasSize(1);
        });
        assertThat(kept).isEqualTo(wanted);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void an_earlier_plan_wakes_who_sleeps_for_a_later_one(long seed) {
        VirtualWorld world = new VirtualWorld(seed, Temper.CALM);
        List<String> kept = new ArrayList<>();
        world.run("main", () -> {
            Waiting waiting = new Waiting(world, world);
            Timer timer = new WorkerTimer(waiting, new VirtualWorkers(world, hired -> {}));
            timer.at(waiting.nanoTime() + 500 * MS, () -> kept.add("late at " + world.elapsedNanos() / MS));
            world.sleep(100 * MS);
            timer.at(waiting.nanoTime() + 10 * MS, () -> kept.add("early at " + world.elapsedNanos() / MS));
            world.join();
        });
        assertThat(kept).containsExactly("early at 110", "late at 500");
    }

    @Test
    void a_plan_that_breaks_takes_no_other_with_it() {
        VirtualWorld world = new VirtualWorld(1, Temper.CALM);
        List<String> kept = new ArrayList<>();
        world.run("main", () -> {
            Waiting waiting = new Waiting(world, world);
            List<Thread> hired = new ArrayList<>();
            Timer timer = new WorkerTimer(waiting, task -> {
                hired.add(world.work(() -> {
                    try {
                        task.run();
                    } catch (IllegalStateException broken) {
                        kept.add("broken");
                    }
                }));
            });
            timer.at(waiting.nanoTime() + MS, () -> {
                throw new IllegalStateException();
            });
            timer.at(waiting.nanoTime() + 3 * MS, () -> kept.add("kept"));
            world.sleep(2 * MS);
            timer.at(waiting.nanoTime() + 5 * MS, () -> kept.add("kept, too"));
            world.join();
            assertThat(hired).hasSize(2);
        });
        assertThat(kept).containsExactly("broken", "kept", "kept, too");
    }

    @Test
    void where_no_worker_is_free_the_plan_is_dropped_and_the_next_one_asks_again() {
        VirtualWorld world = new VirtualWorld(1, Temper.CALM);
        List<String> kept = new ArrayList<>();
        world.run("main", () -> {
            Waiting waiting = new Waiting(world, world);
            boolean[] busy = {true};
            Timer timer = new WorkerTimer(waiting, task -> {
                if (busy[0]) {
                    throw new RejectedExecutionException();
                }
                world.work(task);
            });
            timer.at(waiting.nanoTime() + MS, () -> kept.add("first"));
            busy[0] = false;
            timer.at(waiting.nanoTime() + MS, () -> kept.add("second"));
            world.join();
        });
        assertThat(kept).containsExactly("second");
    }

    @Test
    void the_end_of_waiting_is_the_end_of_it() {
        VirtualWorld world = new VirtualWorld(1, Temper.CALM);
        world.run("main", () -> {
            Waiting waiting = new Waiting(world, world);
            Timer timer = new WorkerTimer(waiting, new VirtualWorkers(world, hired -> {}));
            timer.at(waiting.nanoTime() + 3_600_000 * MS, () -> {
                throw new AssertionError("after the end");
            });
            world.sleep(MS);
            waiting.close();
            world.join();
            assertThat(world.elapsedNanos()).isLessThan(2 * MS);
        });
    }
}
