package dev.understudy.server.http;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The threads on which requests are answered. */
final class Workers {

    /**
     * Virtual threads are there since 21, but up to 23 one that waits inside {@code synchronized}, as the JDK's server does when
     * it reads, keeps its carrier: two slow strangers would stop every virtual thread of a program on two cores.
     */
    private static final int VIRTUAL_SINCE = 24;

    private Workers() {}

    /** Virtual threads where the JDK has good ones, else a pool of daemon threads that come and go. */
    static ExecutorService create(String name, int most) {
        if (Runtime.version().feature() >= VIRTUAL_SINCE) {
            try {
                // By reflection: the floor is Java 17.
                return (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null);
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException none) {
                // then the pool
            }
        }
        return new ThreadPoolExecutor(0, most, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons(name));
    }

    private static ThreadFactory daemons(String name) {
        AtomicLong number = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
