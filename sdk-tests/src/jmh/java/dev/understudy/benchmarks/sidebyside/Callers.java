package dev.understudy.benchmarks.sidebyside;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** Threads that do the same again and again until they are stopped. What fails is counted, and told once. */
final class Callers implements AutoCloseable {

    /** A cache line for each counter. */
    private static final int STRIDE = 16;

    /** More are no accident, and what they cost is no measure of anything. */
    private static final int MOST_FAILURES = 100;

    /** What they do. */
    @FunctionalInterface
    interface Work {
        /**
         * Does it once.
         *
         * @param number different each time
         * @param count to be run for each thing done
         */
        void run(long number, Runnable count) throws Exception;
    }

    private final AtomicLongArray done;
    private final AtomicInteger failures = new AtomicInteger();
    private final Thread[] threads;
    private volatile boolean stopped;

    Callers(int count, Work work) {
        done = new AtomicLongArray(count * STRIDE);
        threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            int caller = i;
            threads[i] = new Thread(() -> repeat(caller, work), "caller-" + i);
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    private void repeat(int caller, Work work) {
        Runnable count = () -> done.setRelease(caller * STRIDE, done.getPlain(caller * STRIDE) + 1);
        for (long number = (long) caller << 32; !stopped; number++) {
            try {
                work.run(number, count);
            } catch (Exception e) {
                if (failures.incrementAndGet() == 1) {
                    e.printStackTrace();
                }
            }
        }
    }

    /** How often it failed until now. */
    int failures() {
        return failures.get();
    }

    /** How much was done until now. */
    long done() {
        if (failures.get() > MOST_FAILURES) {
            throw new IllegalStateException(failures + " failures");
        }
        long sum = 0;
        for (int i = 0; i < threads.length; i++) {
            sum += done.getAcquire(i * STRIDE);
        }
        return sum;
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(10_000);
        }
    }
}
