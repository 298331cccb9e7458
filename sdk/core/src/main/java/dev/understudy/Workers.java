package dev.understudy;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Where {@code chatAsync}, models that mind no deadline, and slow listeners run. */
final class Workers {

    /** A thread more than this costs more than a refusal; gates refuse long before, unless they were set this wide. */
    private static final int MOST_PLATFORM_THREADS = 4096;

    private Workers() {}

    /** Returns virtual threads where the JDK has them, else a pool of daemon threads that come and go. */
    static ExecutorService create() {
        try {
            // By reflection: the floor is Java 17, virtual threads came with 21.
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException none) {
            return new ThreadPoolExecutor(
                    0, MOST_PLATFORM_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons());
        }
    }

    private static ThreadFactory daemons() {
        AtomicLong number = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, "understudy-worker-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
