package dev.understudy.benchmarks;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
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
 * One call over loopback to a server that answers at once: the provider client, which writes and reads JSON and bounds the
 * call, beside bare OkHttp with a pool for all callers, which does neither: without time-outs, with its own 10 s, and with a
 * call time-out. Run with {@code -t 1} and {@code -t 64}, and {@code -prof gc}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class TransportBenchmark {

    private static final int CALLERS = 64;
    private static final MediaType JSON = MediaType.get("application/json");
    private static final String PROMPT = "Where is my parcel? It should have been here days ago. ".repeat(5);
    private static final String BODY =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + PROMPT + "\"}]}";

    private final Waiting waiting = Waiting.system();
    private final ChatRequest request = ChatRequest.of(List.of(Message.user(PROMPT)));

    private Stub stub;
    private HttpUrl url;
    private OkHttpClient bare;
    private OkHttpClient withTimeouts;
    private OkHttpClient withCallTimeout;
    private ProviderClient client;
    private ChatModel model;

    @Setup
    public void open() throws IOException {
        stub = new Stub(0);
        url = HttpUrl.get(stub.baseUrl() + "/chat/completions");
        withTimeouts = new OkHttpClient.Builder()
                .connectionPool(new ConnectionPool(CALLERS, 5, TimeUnit.MINUTES))
                .build();
        withCallTimeout =
                withTimeouts.newBuilder().callTimeout(Duration.ofSeconds(60)).build();
        bare = withTimeouts
                .newBuilder()
                .connectTimeout(Duration.ZERO)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .build();
        Provider provider = new Provider("stub", "openai", URI.create(stub.baseUrl()), null, CALLERS, Map.of());
        client = ServiceLoader.load(ProviderClient.Factory.class)
                .findFirst()
                .orElseThrow()
                .open(provider, Ticker.system());
        model = client.model(Deployment.builder("m").provider("stub").build());
    }

    @TearDown
    public void close() throws IOException {
        client.close();
        stub.close();
    }

    @Benchmark
    public ChatResponse understudy() {
        return model.chat(request, Deadline.afterNanos(waiting, 60_000_000_000L));
    }

    @Benchmark
    public String bareOkHttp() throws IOException {
        return call(bare);
    }

    @Benchmark
    public String okHttpWithTimeouts() throws IOException {
        return call(withTimeouts);
    }

    @Benchmark
    public String okHttpWithCallTimeout() throws IOException {
        return call(withCallTimeout);
    }

    private String call(OkHttpClient http) throws IOException {
        Request post = new Request.Builder()
                .url(url)
                .post(RequestBody.create(BODY, JSON))
                .build();
        try (Response response = http.newCall(post).execute()) {
            return response.body().string();
        }
    }
}
