package dev.understudy;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
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

/** What each call pays for a configuration that may change: one volatile read and one look-up by the agent's name. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SnapshotBenchmark {

    private ModelRegistry registry;

    @Setup
    public void open() {
        ChatModel constant = ChatModel.honouringDeadline((request, deadline) -> ChatResponse.of("Here."));
        Configuration.Builder configuration = Configuration.builder().deployment(Deployment.of("steady", constant));
        for (String agent :
                new String[] {"qa_agent", "support_agent", "legal_agent", "analyst_agent", "content_agent"}) {
            configuration.agent(AgentSettings.builder(agent).baseline("steady").build());
        }
        registry = ModelRegistry.builder().configuration(configuration.build()).build();
    }

    @TearDown
    public void close() {
        registry.close();
    }

    @Benchmark
    public Object read() {
        return registry.pipeline("qa_agent");
    }
}
