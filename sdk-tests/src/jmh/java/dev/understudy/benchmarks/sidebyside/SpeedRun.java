package dev.understudy.benchmarks.sidebyside;

/** Inside a contestant's JVM: 64 callers at once, then one alone. */
final class SpeedRun {

    static final int CALLERS = 64;
    /** Compiled code takes calls, and on a busy machine calls take time. */
    private static final int WARM_UP_CALLS = 300_000;

    private static final int SHORTEST_WARM_UP_MILLIS = 4000;
    private static final int LONGEST_WARM_UP_MILLIS = 12_000;
    private static final int WINDOW_MILLIS = 3000;
    private static final int ALONE_WARM_UP_MILLIS = 500;
    private static final int ALONE_MILLIS = 1500;

    private SpeedRun() {}

    static Figures measure(Contestant contestant) throws Exception {
        Figures figures = new Figures();
        together(contestant, figures);
        System.gc();
        alone(contestant, figures);
        return figures;
    }

    private static void together(Contestant contestant, Figures figures) throws Exception {
        double promptBytes = Costs.bytesPerPrompt();
        try (Callers callers = new Callers(CALLERS, (number, count) -> {
            Traffic.ask(contestant, number);
            count.run();
        })) {
            warmUp(callers);
            long calls = callers.done();
            long cpu = Costs.cpuNanos();
            long bytes = Costs.allocatedBytes();
            long start = System.nanoTime();
            Thread.sleep(WINDOW_MILLIS);
            double made = callers.done() - calls;
            double seconds = (System.nanoTime() - start) / 1e9;
            figures.put("rate", made / seconds)
                    .put("cpu", (Costs.cpuNanos() - cpu) / made / 1e3)
                    .put("bytes", (Costs.allocatedBytes() - bytes) / made - promptBytes);
        }
    }

    private static void warmUp(Callers callers) throws InterruptedException {
        int millis = SHORTEST_WARM_UP_MILLIS;
        Thread.sleep(millis);
        for (; millis < LONGEST_WARM_UP_MILLIS && callers.done() < WARM_UP_CALLS; millis += 100) {
            Thread.sleep(100);
        }
    }

    private static void alone(Contestant contestant, Figures figures) throws Exception {
        Latencies latencies = new Latencies();
        long number = 1L << 62;
        number = repeat(contestant, latencies, number, ALONE_WARM_UP_MILLIS);
        latencies.clear();
        repeat(contestant, latencies, number, ALONE_MILLIS);
        figures.put("p50", latencies.quantileNanos(0.5) / 1e3).put("p99", latencies.quantileNanos(0.99) / 1e3);
    }

    private static long repeat(Contestant contestant, Latencies latencies, long first, int millis) throws Exception {
        long number = first;
        long end = System.nanoTime() + millis * 1_000_000L;
        for (long before = System.nanoTime(); before - end < 0; number++) {
            Traffic.ask(contestant, number);
            long after = System.nanoTime();
            latencies.add(after - before);
            before = after;
        }
        return number;
    }
}
