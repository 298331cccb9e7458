package dev.understudy.benchmarks;

import dev.understudy.ModelRegistry;
import dev.understudy.budget.BudgetSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** The whole chain around a constant upstream that costs something, for an agent with a budget and for one without. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class BudgetBenchmark {

    private static final int PERMITS = 64;

    @Param({"none", "alert", "baseline_only", "refuse"})
    public String budget;

    private final ChatRequest request = ChatRequest.of(List.of(Message.user("Where is my parcel?")));
    private final CallOptions options =
            CallOptions.builder().unit("6f1f8a38-1c5c-4f0e-9a57-0c1f0b6e4d11").build();

    private ModelRegistry registry;

    @Setup
    public void open() {
        ChatResponse constant = ChatResponse.of("Here.", new Usage(12, 3));
        ChatModel upstream = ChatModel.honouringDeadline((asked, deadline) -> constant);
        AgentSettings.Builder agent = AgentSettings.builder("qa_agent")
                .baseline("steady")
                .candidate("tuned")
                .percentage(25)
                .timeout(Duration.ofSeconds(5))
                .throttle(ThrottleSettings.of(PERMITS));
        for (BudgetPolicy policy : BudgetPolicy.values()) {
            if (policy.tag().equals(budget)) {
                // So much that it is never spent: what is measured is the counting, and the look at the sum.
                agent.budget(BudgetSettings.of(900_000_000, BudgetPeriod.MONTH).atLimit(policy));
            }
        }
        registry = ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(model("steady", upstream))
                        .deployment(model("tuned", upstream))
                        .agent(agent.build())
                        .build())
                .build();
    }

    private static Deployment model(String name, ChatModel upstream) {
        return Deployment.builder(name)
                .upstream(upstream)
                .price(new Price(0.25, 1.25))
                .build();
    }

    @TearDown
    public void close() {
        registry.close();
    }

    @Benchmark
    public ChatResponse chat() {
        return registry.chat("qa_agent", request, options);
    }

    @Benchmark
    @Threads(8)
    public ChatResponse chatEightThreads() {
        return registry.chat("qa_agent", request, options);
    }
}
