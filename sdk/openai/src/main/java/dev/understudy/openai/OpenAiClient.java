package dev.understudy.openai;

import com.fasterxml.jackson.core.JsonFactory;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.QuotaListener;
import dev.understudy.chat.Secret;
import dev.understudy.error.ConfigurationException;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import java.net.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one provider, and the key that is sent over them and nowhere else. Limits on concurrency, retries and
 * time-outs are the pipeline's: here they are all off, save the bound on a call itself. Thread-safe.
 */
final class OpenAiClient implements ProviderClient {

    /** A host that does not answer a SYN will not answer at all; the deadline is often much longer. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** Load balancers forget idle connections without a word after four minutes or more. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);
    /** Finds HTTP/2 connections that are open on our side only. */
    private static final Duration PING_INTERVAL = Duration.ofSeconds(15);

    /**
     * OkHttp keeps the calls in flight of a dispatcher in a list behind a lock, and searches it when a call ends. Nobody
     * looks at that list; with several of them it is shorter, and so is the queue before the lock.
     */
    private static final int DISPATCHERS = 16;

    /**
     * OkHttp looks through the connections of a pool one by one for a free one: with ten thousand of them that is three
     * quarters of all that a call costs. So many permits or more are dealt to several pools. Fewer share one, because a
     * connection that lies idle in another pool would be opened once more.
     */
    private static final int PERMITS_PER_POOL = 256;

    private final Provider provider;
    private final Ticker ticker;
    private final Dialect dialect;
    private final Excerpt excerpt;
    private final JsonFactory json;
    private final JsonFactory smallJson;
    private final Watchdog watchdog;
    private final ExecutorService unusedExecutor;
    private final ConnectionPool[] pools;
    private final OkHttpClient[] http = new OkHttpClient[DISPATCHERS];
    private final Request template;
    private final Request streamTemplate;
    private final Lines lines = new Lines();
    private final MemoryBudget memory;

    /**
     * Opens a client.
     *
     * @param provider where, with which key, and how many connections
     * @param ticker the clock
     * @param resolver who knows the addresses
     * @param trust whose certificates are believed, or null for those that the JVM believes
     * @param memory for responses while they are read
     */
    OpenAiClient(Provider provider, Ticker ticker, Dns resolver, @Nullable Trust trust, MemoryBudget memory) {
        this.provider = provider;
        this.ticker = ticker;
        this.memory = memory;
        this.dialect = Dialect.of(provider.options());
        this.excerpt = new Excerpt(provider.apiKey());
        Recyclers recyclers = new Recyclers();
        this.json = Caps.jsonFactory(recyclers, false);
        this.smallJson = Caps.jsonFactory(recyclers, true);
        this.watchdog = new Watchdog("understudy-watchdog-" + provider.name(), provider.maxConcurrent());
        // Calls run on their callers' threads; OkHttp makes threads that are no daemons if it is not given some.
        this.unusedExecutor = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "understudy-http");
            thread.setDaemon(true);
            return thread;
        });
        this.pools = pools(provider.maxConcurrent());
        HttpUrl url = BaseUrl.chatCompletions(provider.baseUrl());
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .connectionPool(pools[0])
                .protocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1))
                .socketFactory(lines)
                .dns(new BoundedDns(resolver, watchdog))
                .eventListenerFactory(call -> ((OneShotBody) body(call)).flight())
                .callTimeout(Duration.ZERO)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .connectTimeout(CONNECT_TIMEOUT)
                .pingInterval(PING_INTERVAL)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false);
        if (BaseUrl.isLoopback(url.host())) {
            // Clear text must not take the way over a proxy; and there is one address, so nothing to race for.
            builder.proxy(Proxy.NO_PROXY).fastFallback(false);
        }
        if (url.isHttps()) {
            Trust believed = trust != null ? trust : Trust.ofThePlatform();
            builder.connectionSpecs(List.of(ConnectionSpec.MODERN_TLS))
                    .sslSocketFactory(lines.secured(believed.sockets()), believed.manager());
        } else {
            builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
        }
        OkHttpClient shared = builder.build();
        for (int i = 0; i < DISPATCHERS; i++) {
            // They share routes, TLS and everything else; and connections, save where there are very many.
            http[i] = shared.newBuilder()
                    .dispatcher(new Dispatcher(unusedExecutor))
                    .connectionPool(pools[i % pools.length])
                    .build();
        }
        this.template = template(url);
        this.streamTemplate = template.newBuilder()
                .header("Accept", "text/event-stream")
                // Whoever packs collects first; it is unpacked if it comes packed all the same.
                .header("Accept-Encoding", "identity")
                .build();
    }

    private static ConnectionPool[] pools(int maxConcurrent) {
        ConnectionPool[] pools = new ConnectionPool[numberOfPools(maxConcurrent)];
        Arrays.setAll(pools, i -> new ConnectionPool(maxConcurrent, KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS));
        return pools;
    }

    /** A power of two, so that each pool serves as many dispatchers. */
    static int numberOfPools(int maxConcurrent) {
        return Integer.highestOneBit(Math.max(1, Math.min(DISPATCHERS, maxConcurrent / PERMITS_PER_POOL)));
    }

    private static RequestBody body(Call call) {
        RequestBody body = call.request().body();
        if (body == null) {
            throw new IllegalStateException("A call without a body");
        }
        return body;
    }

    private Request template(HttpUrl url) {
        Request.Builder request = new Request.Builder().url(url);
        dialect.headers().forEach(request::header);
        // What is the same for every request is said once, and not put together anew by OkHttp each time.
        request.header("Host", hostHeader(url));
        request.header("Connection", "Keep-Alive");
        request.header("Content-Type", "application/json");
        request.header("Accept", "application/json");
        // Said by ourselves, so that OkHttp does not unpack: we count what comes over the wire, too.
        request.header("Accept-Encoding", "gzip");
        if (!dialect.headers().keySet().stream().anyMatch("User-Agent"::equalsIgnoreCase)) {
            request.header("User-Agent", "understudy-java");
        }
        Secret key = provider.apiKey();
        if (key != null) {
            request.header("Authorization", "Bearer " + key.reveal());
        }
        return request.build();
    }

    /** RFC 9112, section 3.2: the port only where it is not the scheme's own, IPv6 addresses in brackets. */
    private static String hostHeader(HttpUrl url) {
        String host = url.host().indexOf(':') >= 0 ? "[" + url.host() + "]" : url.host();
        return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
    }

    @Override
    public ChatModel model(Deployment deployment) {
        return model(deployment, QuotaListener.NONE);
    }

    @Override
    public ChatModel model(Deployment deployment, QuotaListener quotas) {
        List<String> problems = RequestWriter.problems(deployment);
        if (!problems.isEmpty()) {
            throw new ConfigurationException("deployment '" + deployment.name() + "'", problems);
        }
        return new OpenAiModel(
                this,
                json,
                smallJson,
                new RequestWriter(smallJson, dialect, deployment),
                new Failures(provider, deployment, excerpt),
                quotas);
    }

    /** Starts a flight of the current thread, which lasts until it {@linkplain Flight#landed() landed}. */
    Flight flight(Deadline deadline) {
        Flight flight = new Flight(deadline, ticker, lines, memory);
        watchdog.watch(flight);
        return flight;
    }

    @SuppressWarnings("deprecation") // threadId() is not in Java 17.
    Call call(OneShotBody body, boolean stream) {
        int dispatcher = (int) Thread.currentThread().getId() & (DISPATCHERS - 1);
        return http[dispatcher].newCall(
                (stream ? streamTemplate : template).newBuilder().post(body).build());
    }

    /**
     * Closes all idle connections, after one broke before there was an answer: if its server went away, the others are
     * dead as well, and each would cost an attempt.
     */
    void distrustIdle() {
        for (ConnectionPool pool : pools) {
            pool.evictAll();
        }
    }

    @Override
    public void close() {
        watchdog.close();
        unusedExecutor.shutdown();
        for (ConnectionPool pool : pools) {
            pool.evictAll();
        }
    }

    @Override
    public String toString() {
        return "OpenAiClient[" + provider.name() + "]";
    }
}
