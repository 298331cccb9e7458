package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(30)
class RoundsTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Rounds.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Waiting real = Waiting.system();
    private final AtomicInteger count = new AtomicInteger();

    @BeforeEach
    void listenToTheLog() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void end() {
        logger.detachAppender(log);
        real.close();
        workers.shutdownNow();
    }

    private Rounds counting(Duration interval) {
        return new Rounds("count", interval, count::incrementAndGet, real, workers);
    }

    @Test
    void one_interval_lies_before_the_first_round_and_between_two() {
        FakeTicker clock = new FakeTicker();
        Waiting waiting = clock.waiting();
        long start = clock.nanoTime();
        List<Long> at = new ArrayList<>();
        Runnable work = () -> {
            at.add(clock.nanoTime() - start);
            clock.advance(Duration.ofSeconds(2)); // longer than the interval: it is a pause, not a pace
            if (at.size() == 3) {
                waiting.close();
            }
        };
        new Rounds("watch", Duration.ofSeconds(1), work, waiting, Runnable::run).start();
        assertThat(at)
                .containsExactly(
                        Duration.ofSeconds(1).toNanos(),
                        Duration.ofSeconds(4).toNanos(),
                        Duration.ofSeconds(7).toNanos());
    }

    @Test
    void a_round_may_ask_for_the_next_one_to_come_early() {
        FakeTicker clock = new FakeTicker();
        Waiting waiting = clock.waiting();
        long start = clock.nanoTime();
        List<Long> at = new ArrayList<>();
        AtomicReference<Rounds> rounds = new AtomicReference<>();
        rounds.set(new Rounds(
                "watch",
                Duration.ofSeconds(1),
                () -> {
                    at.add(clock.nanoTime() - start);
                    rounds.get().soon(at.size() == 1 ? Duration.ofMillis(250) : LONG);
                    if (at.size() == 3) {
                        waiting.close();
                    }
                },
                waiting,
                Runnable::run));
        rounds.get().start();
        assertThat(at)
                .containsExactly(
                        Duration.ofMillis(1_000).toNanos(),
                        Duration.ofMillis(1_250).toNanos(),
                        Duration.ofMillis(2_250).toNanos());
    }

    @Test
    void whoever_asks_for_a_round_wakes_it() {
        Rounds rounds = counting(LONG);
        rounds.start();
        rounds.now();
        await().until(() -> count.get() == 1);
        rounds.now();
        await().until(() -> count.get() == 2);
    }

    @Test
    void asking_before_the_start_is_not_lost() {
        Rounds rounds = counting(LONG);
        rounds.now();
        rounds.start();
        await().until(() -> count.get() == 1);
    }

    @Test
    void a_round_that_throws_is_followed_by_others_and_logged_once_for_each_kind() {
        Rounds rounds = new Rounds(
                "fail",
                LONG,
                () -> {
                    if (count.incrementAndGet() % 2 == 0) {
                        throw new IllegalStateException("sk-secret");
                    }
                    throw new StackOverflowError("sk-secret");
                },
                real,
                workers);
        for (int i = 0; i < 4; i++) {
            rounds.round();
        }
        assertThat(count).hasValue(4);
        assertThat(log.list).hasSize(2).allSatisfy(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).contains("'fail'").doesNotContain("sk-secret");
        });
    }

    @Test
    void an_interrupt_that_a_round_left_behind_neither_ends_the_rounds_nor_keeps_them_awake() {
        Rounds rounds = new Rounds(
                "interrupted",
                LONG,
                () -> {
                    count.incrementAndGet();
                    Thread.currentThread().interrupt();
                },
                real,
                workers);
        rounds.start();
        for (int i = 1; i <= 3; i++) {
            int expected = i;
            rounds.now();
            await().until(() -> count.get() == expected);
        }
        assertThat(rounds.underWay()).isEqualTo(1);
    }

    @Test
    @Rule("R30")
    void nothing_is_left_after_close() {
        Rounds rounds = counting(LONG);
        rounds.start();
        assertThat(rounds.underWay()).isEqualTo(1);
        real.close();
        await().until(() -> rounds.underWay() == 0);
        rounds.now();
        assertThat(count).hasValue(0);
    }

    @Test
    @Rule("R30")
    void a_round_that_closes_the_registry_does_not_wait_for_itself() throws InterruptedException {
        AtomicReference<Rounds> rounds = new AtomicReference<>();
        AtomicInteger seen = new AtomicInteger(-1);
        CountDownLatch done = new CountDownLatch(1);
        rounds.set(new Rounds(
                "close",
                LONG,
                () -> {
                    seen.set(rounds.get().underWay());
                    done.countDown();
                },
                real,
                workers));
        rounds.get().start();
        rounds.get().now();
        done.await();
        assertThat(seen).hasValue(0);
    }

    @Test
    @Rule("R30")
    void rounds_that_found_no_worker_are_not_waited_for() {
        workers.shutdown();
        Rounds rounds = counting(LONG);
        assertThatThrownBy(rounds::start).isInstanceOf(RejectedExecutionException.class);
        assertThat(rounds.underWay()).isZero();
    }

    @Test
    void an_interval_of_nothing_is_refused() {
        assertThatThrownBy(() -> counting(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
