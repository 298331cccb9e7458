package dev.understudy.benchmarks;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.insight.Findings;
import dev.understudy.insight.Insight;
import dev.understudy.insight.Limits;
import dev.understudy.insight.Subject;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.time.Ticker;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What a call pays for insight: its end is counted for health, windows, timeline and days. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InsightBenchmark {

    private static final int EVENTS = 1024;

    private final Event[] ends = new Event[EVENTS];
    private Insight insight;

    @Setup
    public void prepare() {
        insight = new Insight(Ticker.system(), InstantSource.system(), new InMemoryRolloutStore());
        insight.watch(
                new Subject("qa_agent", "steady", "tuned", false, Limits.DEFAULT, null, () -> 25, () -> Findings.NONE));
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long now = System.nanoTime();
        for (int i = 0; i < EVENTS; i++) {
            ends[i] = new Event.CallFinished(
                    "qa_agent",
                    i % 4 == 0 ? Variant.CANDIDATE : Variant.BASELINE,
                    "steady",
                    Outcome.SUCCESS,
                    null,
                    random.nextLong(50_000_000, 2_000_000_000),
                    1,
                    CacheStatus.OFF,
                    false,
                    now,
                    random.nextInt(),
                    25_000,
                    new Usage(1_200, 300),
                    0.000_45);
        }
    }

    /** The position of each thread in the events. */
    @State(Scope.Thread)
    public static class Position {
        private int next;
    }

    @Benchmark
    public void oneCall(Position position) {
        insight.on(ends[position.next++ & (EVENTS - 1)]);
    }

    @Benchmark
    @Threads(8)
    public void oneCallOfEightThreads(Position position) {
        insight.on(ends[position.next++ & (EVENTS - 1)]);
    }
}
