package dev.understudy.benchmarks;

import dev.understudy.ModelRegistry;
import dev.understudy.budget.Budget;
import dev.understudy.budget.BudgetGate;
import dev.understudy.budget.BudgetSettings;
import dev.understudy.budget.BudgetStage;
import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
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
import dev.understudy.event.Events;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.throttle.ThrottleSettings;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.time.InstantSource;
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

/**
 * What a budget costs each call: the stages alone (counted against uncounted; and the gate), and the whole chain around a constant
 * upstream that costs something, for an agent with a budget and for one without.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class BudgetBenchmark {

    private static final int PERMITS = 64;
    private static final Price PRICE = new Price(0.25, 1.25);
    private static final Usage USAGE = new Usage(12, 3);
    /** So much that it is never spent: what is measured is the counting, and the look at the sum. */
    private static final BudgetSettings PLENTY = BudgetSettings.of(900_000_000, BudgetPeriod.MONTH);

    private final ChatResponse constant = ChatResponse.of("Here.", USAGE);
    private final ChatRequest request = ChatRequest.of(List.of(Message.user("Where is my parcel?")));
    private final CallOptions options =
            CallOptions.builder().unit("6f1f8a38-1c5c-4f0e-9a57-0c1f0b6e4d11").build();
    private final Waiting waiting = Waiting.system();
    private final Events events = new Events(List.of(), Runnable::run);
    private final Stage answer = (call, next) -> {
        call.spent(USAGE, PRICE);
        return constant;
    };

    private Chain uncounted;
    private Chain counted;
    private Chain gated;
    private ModelRegistry without;
    private ModelRegistry with;

    @Setup
    public void open() {
        Budget budget = new Budget(
                "qa_agent",
                PLENTY.atLimit(BudgetPolicy.REFUSE),
                new InMemoryRolloutStore(),
                waiting.ticker(),
                InstantSource.system(),
                events,
                1,
                () -> {});
        uncounted = Chain.of(List.of(answer));
        counted = Chain.of(List.of(new BudgetStage(budget), answer));
        gated = Chain.of(List.of(new BudgetStage(budget), new BudgetGate(budget), answer));
        without = open(null);
        with = open(PLENTY.atLimit(BudgetPolicy.REFUSE));
    }

    private ModelRegistry open(BudgetSettings settings) {
        ChatModel upstream = ChatModel.honouringDeadline((asked, deadline) -> constant);
        return ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(model("steady", upstream))
                        .deployment(model("tuned", upstream))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(25)
                                .timeout(Duration.ofSeconds(5))
                                .throttle(ThrottleSettings.of(PERMITS))
                                .budget(settings)
                                .build())
                        .build())
                .build();
    }

    private static Deployment model(String name, ChatModel upstream) {
        return Deployment.builder(name).upstream(upstream).price(PRICE).build();
    }

    @TearDown
    public void close() {
        without.close();
        with.close();
    }

    private ChatCall call() {
        return new ChatCall("qa_agent", request, options, 5_000_000_000L, waiting, events);
    }

    @Benchmark
    public ChatResponse stageUncounted() {
        return uncounted.proceed(call());
    }

    @Benchmark
    public ChatResponse stageCounted() {
        return counted.proceed(call());
    }

    @Benchmark
    public ChatResponse stageGated() {
        return gated.proceed(call());
    }

    @Benchmark
    public ChatResponse chainWithout() {
        return without.chat("qa_agent", request, options);
    }

    @Benchmark
    public ChatResponse chainWith() {
        return with.chat("qa_agent", request, options);
    }
}
