package dev.understudy.benchmarks.sidebyside;

/** Inside a contestant's JVM: 64 callers at once, then one alone. */
final class SpeedRun {

    static final int CALLERS = 64;
    private static final int WINDOW_MILLIS = 3000;
    private static final int ALONE_RUN_UP_MILLIS = 500;
    private static final int ALONE_MILLIS = 1500;

    private SpeedRun() {}

    static Figures measure(Lineup who, String server) throws Exception {
        Figures figures = new Figures();
        try (Contestant contestant = who.open(server + "/delay/0/v1", CALLERS)) {
            together(contestant, figures);
            System.gc();
            alone(contestant, figures);
        }
        return figures;
    }

    private static void together(Contestant contestant, Figures figures) throws Exception {
        double promptBytes = Costs.bytesPerPrompt();
        try (Callers callers = new Callers(CALLERS, (number, count) -> {
            Traffic.ask(contestant, number);
            count.run();
        })) {
            WarmUp.untilCompiled();
            long calls = callers.done();
            long cpu = Costs.cpuNanos();
            long bytes = Costs.allocatedBytes();
            long start = System.nanoTime();
            Thread.sleep(WINDOW_MILLIS);
            double made = callers.done() - calls;
            double seconds = (System.nanoTime() - start) / 1e9;
            figures.put("failed", callers.failures())
                    .put("rate", made / seconds)
                    .put("cpu", (Costs.cpuNanos() - cpu) / made / 1e3)
                    .put("bytes", (Costs.allocatedBytes() - bytes) / made - promptBytes);
        }
    }

    private static void alone(Contestant contestant, Figures figures) throws Exception {
        Latencies latencies = new Latencies();
        long number = 1L << 62;
        number = repeat(contestant, latencies, number, ALONE_RUN_UP_MILLIS);
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
