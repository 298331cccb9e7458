package dev.understudy.rollout;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.event.Events;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the guard costs a good call, on either arm: the rollout's stage before a constant answer, with a guard and without one.
 * The difference is the guard. It has all to do: a limit, a baseline's p95 to compare with, and thousands of units to know.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class GuardBenchmark {

    private static final String AGENT = "qa_agent";
    private static final String CANDIDATE = "tuned";
    private static final int SHARE = 25_000;
    /** A power of two. */
    private static final int UNITS = 1_024;

    private final Waiting waiting = Waiting.system();
    private final Events events = new Events(List.of(), Runnable::run);
    private final ChatRequest request = ChatRequest.of(List.of(Message.user("Where is my parcel?")));
    private final ChatResponse constant = ChatResponse.of("Here.");
    private final CallOptions[] baselineUnits = new CallOptions[UNITS];
    private final CallOptions[] candidateUnits = new CallOptions[UNITS];
    private RolloutGuard guard;
    private Chain guarded;
    private Chain unguarded;

    /** Which unit comes next; its own for each thread. */
    @State(Scope.Thread)
    public static class Turn {
        private int next;

        int next() {
            next = (next + 1) & (UNITS - 1);
            return next;
        }
    }

    @Setup
    public void open() {
        ShareInForce share = new ShareInForce(new Share(SHARE));
        // Counts everything and decides nothing: calls of one arm alone look slow in comparison, on a machine that lets
        // threads wait for milliseconds.
        guard = new RolloutGuard(
                new GuardSettings(false, Duration.ofSeconds(60), 0.05, 0, 0), share, waiting, () -> {});
        Rollout rollout = new Rollout(AGENT, CANDIDATE, true, RolloutSettings.DEFAULT, share);
        guarded = chain(new RolloutStage(rollout, guard), Duration.ofMillis(1));
        unguarded = chain(new RolloutStage(rollout, null), Duration.ofMillis(1));
        Buckets buckets = new Buckets(AGENT + "/" + CANDIDATE);
        int onBaseline = 0;
        int onCandidate = 0;
        for (int i = 0; onBaseline < UNITS || onCandidate < UNITS; i++) {
            String unit = "6f1f8a38-1c5c-4f0e-9a57-0c1f0b%06x".formatted(i);
            CallOptions options = CallOptions.builder().unit(unit).build();
            if (buckets.of(unit) < SHARE) {
                if (onCandidate < UNITS) {
                    candidateUnits[onCandidate++] = options;
                }
            } else if (onBaseline < UNITS) {
                baselineUnits[onBaseline++] = options;
            }
        }
        // A baseline whose p95 is known, so that calls are compared with it.
        Chain known = chain(new RolloutStage(rollout, guard), Duration.ofMillis(1));
        for (int i = 0; i < 1_000; i++) {
            run(known, baselineUnits[i]);
        }
    }

    private Chain chain(RolloutStage stage, Duration latency) {
        return Chain.of(List.of(stage, (call, next) -> {
            call.countAttempt();
            call.answered(call.startNanos() + latency.toNanos());
            return constant;
        }));
    }

    private ChatResponse run(Chain chain, CallOptions options) {
        return chain.proceed(new ChatCall(AGENT, request, options, 60_000_000_000L, waiting, events));
    }

    @Benchmark
    public ChatResponse baselineWithoutGuard(Turn turn) {
        return run(unguarded, baselineUnits[turn.next()]);
    }

    @Benchmark
    public ChatResponse baselineGuarded(Turn turn) {
        return run(guarded, baselineUnits[turn.next()]);
    }

    @Benchmark
    public ChatResponse candidateWithoutGuard(Turn turn) {
        return run(unguarded, candidateUnits[turn.next()]);
    }

    @Benchmark
    public ChatResponse candidateGuarded(Turn turn) {
        return run(guarded, candidateUnits[turn.next()]);
    }
}
