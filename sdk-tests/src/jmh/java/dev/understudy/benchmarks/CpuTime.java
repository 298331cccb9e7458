package dev.understudy.benchmarks;

import dev.understudy.cache.CacheHitBenchmark;
import dev.understudy.rollout.GuardBenchmark;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The same operations as the benchmarks, measured by the processor time of their thread instead of the clock on the wall:
 * on a machine that others use, too, this is the figure that repeats. One operation for each JVM, named as an argument.
 */
public final class CpuTime {

    private static final int ROUNDS = 8;
    private static final int LAST = 3;

    private static volatile Object sink;

    private CpuTime() {}

    /** Prints the cheapest of the last rounds, in nanoseconds for an operation. */
    public static void main(String[] arguments) throws Exception {
        Map<String, Callable<?>> operations = new LinkedHashMap<>();
        if (arguments[0].startsWith("cache")) {
            CacheHitBenchmark cache = CacheHitBenchmark.of(Integer.parseInt(arguments[1]));
            operations.put("cache.floor", cache::floor);
            operations.put("cache.hit", cache::hit);
        } else if (arguments[0].startsWith("guard")) {
            GuardBenchmark guard = new GuardBenchmark();
            guard.open();
            GuardBenchmark.Turn turn = new GuardBenchmark.Turn();
            operations.put("guard.none.baseline", () -> guard.baselineWithoutGuard(turn));
            operations.put("guard.baseline", () -> guard.baselineGuarded(turn));
            operations.put("guard.none.candidate", () -> guard.candidateWithoutGuard(turn));
            operations.put("guard.candidate", () -> guard.candidateGuarded(turn));
        } else {
            ChainBenchmark chain = new ChainBenchmark();
            chain.open();
            operations.put("floor", chain::floor);
            operations.put("resilience4jByHand", chain::resilience4jByHand);
            operations.put("resilience4jSameJob", chain::resilience4jSameJob);
            operations.put("understudy", chain::understudy);
            AssignmentBenchmark assignment = new AssignmentBenchmark();
            operations.put("hash", assignment::hash);
        }
        Callable<?> operation = operations.get(arguments[0]);
        if (operation == null) {
            throw new IllegalArgumentException("One of " + operations.keySet() + ", not " + arguments[0]);
        }
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            double nanos = measure(operation, arguments[0].startsWith("cache") ? 200_000 : 2_000_000);
            best = round >= ROUNDS - LAST ? Math.min(best, nanos) : best;
        }
        System.out.printf("%-22s %8.0f ns%n", String.join(" ", arguments), best);
        System.exit(0);
    }

    private static double measure(Callable<?> operation, int times) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < times; i++) {
            sink = operation.call();
        }
        return (threads.getCurrentThreadCpuTime() - before) / (double) times;
    }
}
