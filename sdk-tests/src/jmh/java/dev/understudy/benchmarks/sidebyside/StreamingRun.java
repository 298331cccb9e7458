package dev.understudy.benchmarks.sidebyside;

import java.util.function.Consumer;

/** Inside a contestant's JVM: many streams at once for what a token costs, then one after the other for the first token. */
final class StreamingRun {

    static final int CALLERS = 64;
    static final int MILLIS_PER_TOKEN = 5;
    private static final int SHORT_STREAM = 5;
    private static final int RUN_UP_MILLIS = 2000;
    private static final int WINDOW_MILLIS = 4000;
    private static final int ALONE_RUN_UP_MILLIS = 500;
    private static final int ALONE_MILLIS = 1500;

    private StreamingRun() {}

    static Figures measure(Lineup who, String server) throws Exception {
        WarmUp.streams(who, server);
        Figures figures = new Figures();
        try (Contestant contestant =
                who.open(server + "/stream/" + Answers.TOKENS + "/" + MILLIS_PER_TOKEN + "/v1", CALLERS)) {
            together(contestant, figures);
        }
        try (Contestant contestant = who.open(server + "/stream/" + SHORT_STREAM + "/1/v1", CALLERS)) {
            alone(contestant, figures);
        }
        return figures;
    }

    private static void together(Contestant contestant, Figures figures) throws Exception {
        try (Callers callers = new Callers(
                CALLERS, (number, count) -> stream(contestant, number, Answers.TOKENS, text -> count.run()))) {
            Thread.sleep(RUN_UP_MILLIS);
            long tokens = callers.done();
            long cpu = Costs.cpuNanos();
            long bytes = Costs.allocatedBytes();
            long start = System.nanoTime();
            Thread.sleep(WINDOW_MILLIS);
            double heard = callers.done() - tokens;
            figures.put("failed", callers.failures())
                    .put("tokens", heard / (System.nanoTime() - start) * 1e9)
                    .put("cpu", (Costs.cpuNanos() - cpu) / heard / 1e3)
                    .put("bytes", (Costs.allocatedBytes() - bytes) / heard);
        }
    }

    private static void alone(Contestant contestant, Figures figures) throws Exception {
        Latencies firsts = new Latencies();
        long number = 1L << 62;
        long start = System.nanoTime();
        boolean warm = false;
        for (long now = start; now - start < (ALONE_RUN_UP_MILLIS + ALONE_MILLIS) * 1_000_000L; number++) {
            if (!warm && now - start > ALONE_RUN_UP_MILLIS * 1_000_000L) {
                warm = true;
                firsts.clear();
            }
            First first = new First();
            stream(contestant, number, SHORT_STREAM, first);
            firsts.add(first.nanos);
            now = System.nanoTime();
        }
        figures.put("p50", firsts.quantileNanos(0.5) / 1e3).put("p99", firsts.quantileNanos(0.99) / 1e3);
    }

    private static void stream(Contestant contestant, long number, int expected, Consumer<String> heard)
            throws Exception {
        int[] tokens = new int[1];
        contestant.stream(Traffic.unit(number), Traffic.prompt(number), text -> {
            tokens[0]++;
            heard.accept(text);
        });
        if (tokens[0] != expected) {
            throw new IllegalStateException("A stream of " + tokens[0] + " tokens");
        }
    }

    /** When the first token came. */
    private static final class First implements Consumer<String> {
        private final long start = System.nanoTime();
        private long nanos;

        @Override
        public void accept(String text) {
            if (nanos == 0) {
                nanos = System.nanoTime() - start;
            }
        }
    }
}
