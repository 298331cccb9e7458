package dev.understudy.benchmarks;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.throttle.ThrottleSettings;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a hedge costs a call that does not need it: planned, and called off. The whole chain, everybody on the candidate. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class HedgeBenchmark {

    private final ChatResponse constant = ChatResponse.of("Here.");
    private final ChatRequest request = ChatRequest.of(List.of(Message.user("Where is my parcel?")));
    private final CallOptions options =
            CallOptions.builder().unit("6f1f8a38-1c5c-4f0e-9a57-0c1f0b6e4d11").build();

    private ModelRegistry without;
    private ModelRegistry with;

    @Setup
    public void open() {
        without = open(null);
        with = open(HedgeSettings.after(Duration.ofMillis(10)));
    }

    private ModelRegistry open(HedgeSettings settings) {
        ChatModel upstream = ChatModel.honouringDeadline((asked, deadline) -> constant);
        return ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(
                                Deployment.builder("steady").upstream(upstream).build())
                        .deployment(
                                Deployment.builder("tuned").upstream(upstream).build())
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(100)
                                .timeout(Duration.ofSeconds(5))
                                .throttle(ThrottleSettings.of(64))
                                .hedge(settings)
                                .build())
                        .build())
                .build();
    }

    @TearDown
    public void close() {
        without.close();
        with.close();
    }

    @Benchmark
    public ChatResponse unhedged() {
        return without.chat("qa_agent", request, options);
    }

    @Benchmark
    public ChatResponse hedged() {
        return with.chat("qa_agent", request, options);
    }
}
