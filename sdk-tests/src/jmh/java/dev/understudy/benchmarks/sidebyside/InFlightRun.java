package dev.understudy.benchmarks.sidebyside;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Inside a contestant's JVM: so many calls at once, each a second long, a thread for each; three times over. */
final class InFlightRun {

    static final int MODEL_MILLIS = 1000;
    private static final int WAVES = 3;
    private static final int PATIENCE_SECONDS = 30;

    private InFlightRun() {}

    /**
     * Measures the waves.
     *
     * @param virtual whether threads are virtual, which takes a JDK of 21 or later
     */
    static Figures measure(Contestant contestant, int calls, boolean virtual) throws Exception {
        Figures figures = new Figures();
        double warm = Double.MAX_VALUE;
        for (int wave = 0; wave < WAVES; wave++) {
            double seconds = wave(contestant, calls, virtual, (long) wave << 32);
            if (wave == 0) {
                figures.put("first", seconds);
            } else {
                warm = Math.min(warm, seconds);
            }
        }
        return figures.put("warm", warm)
                .put("threads", Costs.peakThreads())
                .put("resident", Costs.peakResidentMegabytes())
                .put("heap", Costs.peakHeapMegabytes());
    }

    private static double wave(Contestant contestant, int calls, boolean virtual, long first) throws Exception {
        CountDownLatch open = new CountDownLatch(calls);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        MethodHandle start = virtual ? startVirtual() : null;
        long begun = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            long number = first + i;
            Runnable call = () -> {
                try {
                    Traffic.ask(contestant, number);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                } finally {
                    open.countDown();
                }
            };
            if (start == null) {
                new Thread(call).start();
            } else {
                start(start, call);
            }
        }
        if (!open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(open.getCount() + " of " + calls + " calls did not end", failure.get());
        }
        if (failure.get() != null) {
            throw new IllegalStateException("A call failed", failure.get());
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    /** Java 17, for which this is compiled, has no virtual threads. */
    private static MethodHandle startVirtual() throws ReflectiveOperationException {
        return MethodHandles.lookup()
                .findStatic(Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
    }

    private static void start(MethodHandle start, Runnable call) {
        try {
            Thread started = (Thread) start.invokeExact(call);
            if (started == null) {
                throw new IllegalStateException("No thread");
            }
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
