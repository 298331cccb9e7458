package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.error.StoreException;
import dev.understudy.testing.ChildJvm;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RolloutStoreContract;
import dev.understudy.time.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writers take turns, among threads and among processes; nobody waits for ever, and never for the dead. */
class WritersTest {

    private static final StoredRecord FIRST = StoredRecord.first(Map.of("share", "5000"));

    @TempDir
    private Path directory;

    @Test
    void processes_that_count_in_the_same_record_lose_no_update_and_no_reader_sees_it_torn() throws Exception {
        int each = 100;
        FileRolloutStore store = new FileRolloutStore(directory);
        AtomicBoolean counting = new AtomicBoolean(true);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (ChildJvm one = ChildJvm.start(Counter.class, directory, "one", each);
                ChildJvm two = ChildJvm.start(Counter.class, directory, "two", each)) {
            assertThat(one.line()).isEqualTo("ready");
            assertThat(two.line()).isEqualTo("ready");
            one.say("go");
            two.say("go");
            Future<?> reader = threads.submit(() -> {
                long seen = 0;
                while (counting.get()) {
                    long epoch = store.read("counter").map(StoredRecord::epoch).orElse(0L);
                    assertThat(epoch).isGreaterThanOrEqualTo(seen);
                    seen = epoch;
                }
            });
            RolloutStoreContract.add(store, "here", each);
            assertThat(one.exitValue()).isZero();
            assertThat(two.exitValue()).isZero();
            counting.set(false);
            reader.get();
        } finally {
            counting.set(false);
            threads.shutdownNow();
        }

        String all = String.valueOf(each);
        assertThat(store.read("counter").orElseThrow())
                .isEqualTo(new StoredRecord(
                        3 * each,
                        StoredRecord.first(Map.of("one", all, "two", all, "here", all))
                                .fields()));
    }

    /** Another process that counts. */
    static final class Counter {
        public static void main(String[] arguments) throws Exception {
            System.out.println("ready");
            System.in.read();
            RolloutStoreContract.add(
                    new FileRolloutStore(Path.of(arguments[0])), arguments[1], Integer.parseInt(arguments[2]));
        }
    }

    @Test
    void a_lock_that_another_process_keeps_is_waited_for_two_seconds_and_ends_with_that_process() throws Exception {
        FakeTicker clock = new FakeTicker();
        FileRolloutStore store = new FileRolloutStore(directory, clock.waiting());
        try (ChildJvm keeper = ChildJvm.start(Keeper.class, directory)) {
            assertThat(keeper.line()).isEqualTo("held");
            long start = clock.nanoTime();

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.write("qa_agent", 0, FIRST))
                    .withMessage("State " + directory.resolve("qa_agent.state") + " cannot be written: process "
                            + keeper.pid()
                            + " is writing it, and did not end in time; try again; if that process hangs,"
                            + " end it, and its lock ends with it")
                    .matches(refusal -> !refusal.damaged());
            assertThat(Duration.ofNanos(clock.nanoTime() - start)).isEqualTo(Duration.ofSeconds(2));
            assertThat(store.read("qa_agent")).as("readers wait for nobody").isEmpty();
            assertThat(store.write("legal_agent", 0, FIRST)).as("another key").isTrue();

            keeper.kill();
        }
        assertThat(store.write("qa_agent", 0, FIRST)).isTrue();
    }

    /** Another process that takes the lock and goes to sleep. */
    static final class Keeper {
        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            Durable.createDirectories(directory);
            try (WriterLock held = WriterLock.take(directory, ".qa_agent.lock", Waiting.system())) {
                System.out.println("held");
                System.in.read();
            }
        }
    }

    @Test
    void a_thread_that_keeps_the_lock_is_waited_for_two_seconds() throws Exception {
        FakeTicker clock = new FakeTicker();
        FileRolloutStore store = new FileRolloutStore(directory, clock.waiting());
        ExecutorService other = Executors.newSingleThreadExecutor();
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try {
            Future<?> keeper = other.submit(() -> {
                try (WriterLock held = WriterLock.take(directory, ".qa_agent.lock", Waiting.system())) {
                    taken.countDown();
                    over.await();
                }
                return null;
            });
            taken.await();

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.write("qa_agent", 0, FIRST))
                    .withMessageContaining("cannot be written: another thread of this process is writing it");

            over.countDown();
            keeper.get();
        } finally {
            other.shutdownNow();
        }
        assertThat(store.write("qa_agent", 0, FIRST)).isTrue();
    }

    @Test
    void an_interrupt_ends_the_wait_and_is_kept() throws Exception {
        FileRolloutStore store = new FileRolloutStore(directory);
        try (ChildJvm keeper = ChildJvm.start(Keeper.class, directory)) {
            assertThat(keeper.line()).isEqualTo("held");
            Thread.currentThread().interrupt();

            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.write("qa_agent", 0, FIRST));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void a_registry_that_ends_waits_no_more() throws Exception {
        Waiting waiting = Waiting.system();
        waiting.close();
        FileRolloutStore store = new FileRolloutStore(directory, waiting);
        assertThat(store.write("qa_agent", 0, FIRST)).as("nobody else writes").isTrue();
        try (ChildJvm keeper = ChildJvm.start(Keeper.class, directory)) {
            assertThat(keeper.line()).isEqualTo("held");

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.write("qa_agent", 1, FIRST.next(Map.of())));
        }
    }

    @Test
    void who_wrote_last_is_written_down() throws Exception {
        new FileRolloutStore(directory).write("qa_agent", 0, FIRST);

        assertThat(Files.readString(directory.resolve(".qa_agent.lock")))
                .matches("process 0*" + ProcessHandle.current().pid() + "\n");
    }
}
