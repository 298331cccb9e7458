package dev.understudy.benchmarks;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ServerOptions;
import dev.understudy.throttle.ThrottleSettings;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
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
 * What the OpenAI face adds to a call: 64 clients ask a model server directly, and, in the same moments, 64 more ask it through
 * the face, with all that a registry does in between. Clients, face and model server share one process and its cores.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 8, time = 3)
public class OpenAiFaceBenchmark {

    private static final int CLIENTS = 64;
    private static final MediaType JSON = MediaType.get("application/json");
    private static final String BODY = "{\"model\":\"qa_agent\",\"messages\":[{\"role\":\"user\",\"content\":\""
            + "Where is my parcel? It should have been here days ago. ".repeat(5) + "\"}]}";

    /** How long the model takes. */
    @Param("100")
    public long modelMillis;

    private Stub stub;
    private ModelRegistry registry;
    private RegistryServer server;
    private OkHttpClient client;
    private Request toModel;
    private Request toFace;

    @Setup
    public void open() throws IOException {
        stub = new Stub(modelMillis);
        registry = ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .provider(
                                new Provider("stub", "openai", URI.create(stub.baseUrl()), null, 2 * CLIENTS, Map.of()))
                        .deployment(Deployment.builder("m").provider("stub").build())
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("m")
                                .throttle(ThrottleSettings.of(CLIENTS))
                                .build())
                        .build())
                .build();
        server = RegistryServer.start(
                registry, ServerOptions.builder().port(0).openAi(true).build());
        client = new OkHttpClient.Builder()
                .connectionPool(new ConnectionPool(2 * CLIENTS, 5, TimeUnit.MINUTES))
                .callTimeout(Duration.ZERO)
                .build();
        toModel = post(stub.baseUrl() + "/chat/completions");
        toFace = post(server.uri() + "v1/chat/completions");
    }

    private static Request post(String url) {
        return new Request.Builder()
                .url(url)
                .post(RequestBody.create(BODY, JSON))
                .build();
    }

    @TearDown
    public void close() throws IOException {
        server.close();
        registry.close();
        stub.close();
    }

    @Benchmark
    @Group("call")
    @GroupThreads(CLIENTS)
    public String direct() throws IOException {
        return call(toModel);
    }

    @Benchmark
    @Group("call")
    @GroupThreads(CLIENTS)
    public String throughTheFace() throws IOException {
        return call(toFace);
    }

    private String call(Request request) throws IOException {
        try (Response response = client.newCall(request).execute()) {
            String body = response.body().string();
            if (response.code() != 200) {
                throw new IllegalStateException(response.code() + ": " + body);
            }
            return body;
        }
    }
}
