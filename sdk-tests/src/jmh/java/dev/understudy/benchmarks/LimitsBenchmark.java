package dev.understudy.benchmarks;

import dev.understudy.adaptive.LearntLimitFactory;
import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Quota;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.event.Events;
import dev.understudy.throttle.AdaptivePermits;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.ModelLimiter;
import dev.understudy.throttle.PermitGate;
import dev.understudy.throttle.ThrottleSettings;
import dev.understudy.throttle.ThrottleStage;
import dev.understudy.throttle.TokenLimit;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the throttle costs each call: with a fixed limit, a learnt one, a limit on tokens, and a quota that the provider told. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class LimitsBenchmark {

    private static final ChatResponse ANSWER = ChatResponse.of("Here.", new Usage(12, 3));
    private static final Deployment MODEL = Deployment.of("tuned", (request, deadline) -> ANSWER);

    private final Waiting waiting = Waiting.system();
    private final Events events = new Events(List.of(), Runnable::run);
    private final ChatRequest request = ChatRequest.of(List.of(Message.user("Where is my parcel?")));

    private final Leg bare = leg(null);
    private final Leg fixed = leg(stage(ThrottleSettings.of(64), null, null));
    private final Leg learnt = leg(stage(ThrottleSettings.of(new AdaptiveSettings(2, 64, 100)), null, null));
    private final Leg tokens =
            leg(stage(ThrottleSettings.of(64), new TokenLimit(1_000_000_000, Duration.ofMillis(1)), null));
    private final Leg quota = leg(
            stage(ThrottleSettings.of(64), null, new Quota(Long.MAX_VALUE, Long.MAX_VALUE - 1, Duration.ofHours(20))));

    private ThrottleStage stage(ThrottleSettings settings, @Nullable TokenLimit budget, @Nullable Quota told) {
        PermitGate gate = PermitGate.forAgent("qa_agent", 64, 128, waiting);
        AdaptivePermits permits = new AdaptivePermits(gate, waiting);
        permits.reconfigure(settings, "tuned", new LearntLimitFactory());
        ModelLimiter limiter = new ModelLimiter(null, budget, waiting);
        limiter.told(told, told, 0);
        return new ThrottleStage(settings, gate, null, limiter, permits);
    }

    private static Leg leg(@Nullable Stage stage) {
        Stage answers = (call, next) -> ANSWER;
        return new Leg(Variant.CANDIDATE, MODEL, Chain.of(stage == null ? List.of(answers) : List.of(stage, answers)));
    }

    private ChatResponse travel(Leg leg) {
        ChatCall call = new ChatCall("qa_agent", request, CallOptions.DEFAULT, 5_000_000_000L, waiting, events);
        return call.travel(leg, call.wholeDeadline(), true);
    }

    @Benchmark
    public ChatResponse without() {
        return travel(bare);
    }

    @Benchmark
    public ChatResponse fixed() {
        return travel(fixed);
    }

    @Benchmark
    public ChatResponse learnt() {
        return travel(learnt);
    }

    @Benchmark
    public ChatResponse tokens() {
        return travel(tokens);
    }

    @Benchmark
    public ChatResponse quota() {
        return travel(quota);
    }
}
