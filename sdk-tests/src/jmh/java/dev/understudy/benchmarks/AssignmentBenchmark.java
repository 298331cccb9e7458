package dev.understudy.benchmarks;

import dev.understudy.call.CallOptions;
import dev.understudy.rollout.Assignment;
import dev.understudy.rollout.Buckets;
import dev.understudy.rollout.Rollout;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A variant by hash for a unit of 36 characters. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AssignmentBenchmark {

    private final Buckets buckets = new Buckets("qa_agent/tuned");
    private final Rollout rollout =
            new Rollout("qa_agent", "tuned", true, new RolloutSettings(Share.percent(25), null, false));
    private final String unit = "6f1f8a38-1c5c-4f0e-9a57-0c1f0b6e4d11";
    private final CallOptions options = CallOptions.builder().unit(unit).build();

    @Benchmark
    public int hash() {
        return buckets.of(unit);
    }

    @Benchmark
    public Assignment assignment() {
        return rollout.assign(options, null);
    }
}
