package dev.understudy;

import dev.understudy.config.Configuration;
import dev.understudy.event.Listener;
import dev.understudy.store.RolloutStore;
import dev.understudy.time.Parking;
import dev.understudy.time.Waiting;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** A registry with real threads on a clock that runs fast, whose background work is done when a test says so. */
public final class FastRegistry {

    /** An hour in 36 seconds. */
    private static final int FACTOR = 100;

    private FastRegistry() {}

    public static ModelRegistry open(Configuration configuration, RolloutStore store, Listener... listeners) {
        ModelRegistry.Builder builder = ModelRegistry.builder()
                .configuration(configuration)
                .rolloutStore(store)
                .seams(
                        waiting(),
                        () -> ThreadLocalRandom.current().nextLong(),
                        Executors.newCachedThreadPool(FastRegistry::daemon));
        List.of(listeners).forEach(builder::listener);
        return builder.build();
    }

    /** Does everything once that the registry does about once a second. */
    public static void round(ModelRegistry registry) {
        registry.rounds().forEach(Rounds::round);
    }

    private static Waiting waiting() {
        return new Waiting(() -> System.nanoTime() * FACTOR, new Parking() {
            @Override
            public void park(Object blocker, long nanos) {
                LockSupport.parkNanos(blocker, nanos / FACTOR + 1);
            }

            @Override
            public void unpark(Thread thread) {
                LockSupport.unpark(thread);
            }
        });
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fast-worker");
        thread.setDaemon(true);
        return thread;
    }
}
