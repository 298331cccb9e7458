package dev.understudy.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * A call answered from the cache, and the key alone. The floor is the SHA-256 of the text and a look-up in Caffeine under
 * it, without any call around it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class CacheHitBenchmark {

    /** Characters of all messages together. */
    @Param({"1024", "16384"})
    int characters;

    private String text;
    private ChatRequest request;
    private Deployment deployment;
    private CacheKey leg;
    private ModelRegistry registry;
    private Cache<BigInteger, ChatResponse> plain;

    /** Opened for so many characters, without JMH. */
    public static CacheHitBenchmark of(int characters) throws GeneralSecurityException {
        CacheHitBenchmark benchmark = new CacheHitBenchmark();
        benchmark.characters = characters;
        benchmark.open();
        return benchmark;
    }

    @Setup
    public void open() throws GeneralSecurityException {
        text = "Where is my parcel, please? ".repeat(characters / 28 + 1).substring(0, characters);
        request = ChatRequest.of(List.of(Message.user(text)));
        ChatResponse answer = ChatResponse.of("On its way.");
        deployment = Deployment.of("steady", ChatModel.honouringDeadline((asked, deadline) -> answer));
        leg = CacheKey.ofLeg("qa_agent", deployment);
        registry = ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(deployment)
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .cache(new CacheSettings(Duration.ofHours(1), 1000, 64 << 20, null))
                                .build())
                        .build())
                .build();
        registry.chat("qa_agent", request);
        plain = Caffeine.newBuilder()
                .maximumSize(1000)
                .expireAfterWrite(Duration.ofHours(1))
                .build();
        plain.put(digest(), answer);
    }

    @TearDown
    public void close() {
        registry.close();
    }

    private BigInteger digest() throws GeneralSecurityException {
        return new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Benchmark
    public ChatResponse floor() throws GeneralSecurityException {
        return plain.getIfPresent(digest());
    }

    @Benchmark
    public ChatResponse hit() {
        return registry.chat("qa_agent", request);
    }

    @Benchmark
    public Object keyAlone() {
        return CacheKey.of(leg, CallOptions.DEFAULT.scope(), deployment.parameters(), request);
    }
}
