package dev.understudy.benchmarks.sidebyside;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Inside a contestant's JVM: so many calls at once, each a second long, a thread for each. Three waves: the first opens the
 * connections, the second is measured, and the third tells what is alive while all are under way.
 */
final class InFlightRun {

    private static final int MODEL_MILLIS = 1000;
    private static final int PATIENCE_SECONDS = 30;

    private final Contestant contestant;
    private final int calls;
    private final boolean virtual;
    private long number;

    private InFlightRun(Contestant contestant, int calls, boolean virtual) {
        this.contestant = contestant;
        this.calls = calls;
        this.virtual = virtual;
    }

    /**
     * Measures the waves.
     *
     * @param virtual whether threads are virtual, which takes a JDK of 21 or later
     */
    static Figures measure(Lineup who, String server, int calls, boolean virtual) throws Exception {
        WarmUp.calls(who, server);
        Costs.forgetPeaks();
        double before = Costs.liveMegabytes();
        try (Contestant contestant = who.open(server + "/wave/v1", calls)) {
            InFlightRun run = new InFlightRun(contestant, calls, virtual);
            StubServer.pace(server, MODEL_MILLIS);
            Figures figures = new Figures().put("first", run.wave(() -> {}));
            long cpu = Costs.cpuNanos();
            figures.put("warm", run.wave(() -> {}))
                    .put("cpu", (Costs.cpuNanos() - cpu) / 1e3 / calls)
                    .put("threads", Costs.peakThreads())
                    .put("resident", Costs.peakResidentMegabytes());
            // So slow that the first has no answer before the last was sent, on a busy machine, too.
            StubServer.pace(server, MODEL_MILLIS + calls * 3 / 10);
            run.wave(() -> figures.put("live", Costs.liveMegabytes() - before));
            return figures;
        }
    }

    /** Makes all calls at once, and returns how many seconds the last one took. */
    private double wave(Runnable underWay) throws Exception {
        CountDownLatch begun = new CountDownLatch(calls);
        CountDownLatch open = new CountDownLatch(calls);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        MethodHandle start = virtual ? startVirtual() : null;
        long startNanos = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            long mine = number++;
            Runnable call = () -> {
                begun.countDown();
                try {
                    Traffic.ask(contestant, mine);
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
        boolean allBegun = begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        underWay.run();
        if (!allBegun || !open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(open.getCount() + " of " + calls + " calls did not end", failure.get());
        }
        if (failure.get() != null) {
            throw new IllegalStateException("A call failed", failure.get());
        }
        return (System.nanoTime() - startNanos) / 1e9;
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
