package dev.understudy.tests.load;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.understudy.ModelRegistry;
import dev.understudy.breaker.BreakerSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.ChatException;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.throttle.ThrottleSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The program of a JVM in which very many callers ask one agent at once, in one of the ways in which an application can,
 * until one of the things happens that end calls. It prints what it saw there as lines of a name and a value, and where it
 * needs its partner, who sees the server, it says so and waits for a line.
 */
final class Callers {

    static final String AGENT = "qa_agent";
    static final String MODEL = "patient";

    /** How calls are made. */
    enum Way {
        PLATFORM,
        VIRTUAL,
        ASYNC,
        STREAM
    }

    /** What ends them. */
    enum End {
        ANSWER,
        DEADLINE,
        INTERRUPT,
        CANCEL,
        CLOSE
    }

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Opens when a thousand calls in a row have timed out, and soon probes again. */
    private static final BreakerSettings BREAKER = new BreakerSettings(
            Duration.ofSeconds(30),
            10_000,
            1,
            1_000,
            Duration.ofMillis(10),
            Duration.ofMillis(10),
            Duration.ofMinutes(5));

    private final URI server;
    private final Way way;
    private final End end;
    /** So many may be on the wire at once. */
    private final int permits;
    /** So many more call. */
    private final int more;

    private final BufferedReader partner;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, AtomicInteger> ends = new ConcurrentHashMap<>();
    private final AtomicInteger flagged = new AtomicInteger();
    private final List<WeakReference<Object>> calls = new ArrayList<>();

    private Callers(URI server, BufferedReader partner, String[] what) {
        this.server = server;
        this.partner = partner;
        way = Way.valueOf(what[0]);
        end = End.valueOf(what[1]);
        permits = Integer.parseInt(what[2]);
        more = Integer.parseInt(what[3]);
    }

    /** Gets a base URL; then reads lines of a way, an end, a number of permits, and how many more than these call. */
    public static void main(String[] args) throws Exception {
        URI server = URI.create(args[0]);
        BufferedReader partner = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        warmUp(server);
        say("ready", "?");
        for (String line = partner.readLine(); line != null; line = partner.readLine()) {
            Set<Thread> threads = threads();
            long files = files();
            heap().forEach(MemoryPoolMXBean::resetPeakUsage);
            new Callers(server, partner, line.split(" ")).run();
            await(() -> files() <= files);
            say("files.left", Math.max(0, files() - files));
            await(() -> left(threads).isEmpty());
            say("threads.left", left(threads));
            say("virtual.left", VirtualThreads.alive());
            say(
                    "heap.peak.mib",
                    heap().stream()
                                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                                    .sum()
                            >> 20);
            say("over", "");
        }
    }

    /** Loads what is only ever loaded once: classes, the threads of the JVM that drive virtual ones, the recorder. */
    private static void warmUp(URI server) throws Exception {
        Pinning pinning = Pinning.record();
        try (ModelRegistry registry = registry(server, "warm", 50, 500, new SimpleMeterRegistry())) {
            List<Thread> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int number = i;
                all.add(VirtualThreads.start(() -> registry.chat(AGENT, request(number))));
                all.add(VirtualThreads.start(
                        () -> registry.stream(AGENT, request(number), CallOptions.DEFAULT, text -> {})));
                registry.chatAsync(AGENT, request(number), CallOptions.DEFAULT).join();
            }
            for (Thread each : all) {
                each.join();
            }
        }
        pinning.stop();
        VirtualThreads.alive();
        System.gc();
    }

    private void run() throws Exception {
        ModelRegistry registry = registry(server, MODEL, permits, more, meters);
        Pinning pinning = Pinning.record();
        long began = System.nanoTime();
        storm(registry);
        say("wall.ms", (System.nanoTime() - began) / 1_000_000);
        pinning.stop().forEach(event -> say("pinned", event));

        await(() -> gauge("model.inflight") == 0 && gauge("model.queue") == 0);
        say("inflight", (long) gauge("model.inflight"));
        say("queue", (long) gauge("model.queue"));
        ends.forEach((what, number) -> say("end." + what, number));
        for (String outcome : List.of("success", "error", "cancelled", "degraded")) {
            say("requests." + outcome, (long) count("model.requests", "outcome", outcome));
        }
        say("attempts", (long) count("model.attempts"));
        say("flagged", flagged);
        System.gc();
        await(() -> kept() == 0);
        say("kept", kept());

        if (end == End.DEADLINE) {
            ask("heal");
            heal(registry);
        }
        if (end != End.CLOSE) {
            ask("again");
            ends.clear();
            List<Thread> all = new ArrayList<>();
            for (int i = 0; i < permits; i++) {
                int number = i;
                all.add(start(() -> answered(registry.chat(AGENT, request(number)))));
            }
            for (Thread each : all) {
                each.join();
            }
            say("again.answers", ends.getOrDefault("answer", new AtomicInteger()));
        }
        long closing = System.nanoTime();
        registry.close();
        say("close.ms", (System.nanoTime() - closing) / 1_000_000);
        ask("closed");
    }

    private void storm(ModelRegistry registry) throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<ChatResponse>> futures = new ArrayList<>();
        int number = permits + more;
        AtomicLongArray late = new AtomicLongArray(number);
        // Time for all of them to get there; then it is over for all of them at once.
        long over = System.nanoTime() + Math.max(4_000_000_000L, number * 1_000_000L);
        CountDownLatch ended = new CountDownLatch(number);
        for (int i = 0; i < number; i++) {
            int caller = i;
            ChatRequest request = request(i);
            keepAnEyeOn(request);
            Runnable call = () -> {
                try {
                    CallOptions options = options(over);
                    answered(
                            way == Way.STREAM
                                    ? registry.stream(AGENT, request, options, text -> {})
                                    : registry.chat(AGENT, request, options));
                } catch (Throwable failure) {
                    failed(failure);
                } finally {
                    late.set(caller, System.nanoTime() - over);
                    ended.countDown();
                }
            };
            if (way == Way.ASYNC) {
                CompletableFuture<ChatResponse> future = registry.chatAsync(AGENT, request, options(over));
                futures.add(future);
                future.whenComplete((answer, failure) -> {
                    if (failure == null) {
                        answered(answer);
                    } else {
                        failed(failure);
                    }
                    late.set(caller, System.nanoTime() - over);
                    ended.countDown();
                });
            } else {
                threads.add(start(call));
            }
        }
        long told = System.nanoTime();
        if (end == End.INTERRUPT || end == End.CANCEL || end == End.CLOSE) {
            ask("begun");
            told = System.nanoTime();
            switch (end) {
                case INTERRUPT -> threads.forEach(Thread::interrupt);
                case CANCEL -> futures.forEach(future -> future.cancel(true));
                default -> registry.close();
            }
            say("told.ms", (System.nanoTime() - told) / 1_000_000);
        }
        ended.await();
        say("ended.ms", (System.nanoTime() - told) / 1_000_000);
        if (end == End.DEADLINE) {
            long[] sorted = new long[number];
            for (int i = 0; i < number; i++) {
                sorted[i] = late.get(i);
            }
            Arrays.sort(sorted);
            say("late.p50.ms", sorted[number / 2] / 1_000_000);
            say("late.p99.ms", sorted[number * 99 / 100] / 1_000_000);
            say("late.max.ms", sorted[number - 1] / 1_000_000);
        }
        for (Thread each : threads) {
            each.join();
        }
    }

    /** Calls until somebody answers: the breaker has seen nothing but time-outs. */
    private static void heal(ModelRegistry registry) throws InterruptedException {
        while (true) {
            try {
                registry.chat(AGENT, request(0));
                return;
            } catch (ChatException refused) {
                Thread.sleep(10);
            }
        }
    }

    private CallOptions options(long over) {
        return end != End.DEADLINE
                ? CallOptions.DEFAULT
                : CallOptions.builder()
                        .timeout(Duration.ofNanos(Math.max(1_000_000, over - System.nanoTime())))
                        .build();
    }

    private void answered(ChatResponse answer) {
        keepAnEyeOn(answer);
        ended(answer.text().equals("Here I am.") ? "answer" : "another answer");
    }

    private void keepAnEyeOn(Object call) {
        synchronized (calls) {
            calls.add(new WeakReference<>(call));
        }
    }

    private void failed(Throwable failure) {
        if (Thread.currentThread().isInterrupted()) {
            flagged.incrementAndGet();
        }
        Throwable told = failure instanceof CompletionException ? failure.getCause() : failure;
        if (told instanceof ChatException known) {
            ended(known.kind().tag());
        } else {
            ended(
                    told instanceof CancellationException
                            ? "cancelled"
                            : told.getClass().getName());
        }
    }

    private void ended(String how) {
        ends.computeIfAbsent(how, first -> new AtomicInteger()).incrementAndGet();
    }

    private static ModelRegistry registry(
            URI server, String model, int limit, int queue, SimpleMeterRegistry measured) {
        return ModelRegistry.builder()
                .configuration(configuration(server, model, limit, queue))
                .listener(new MicrometerListener(measured))
                .build();
    }

    /** One agent with one model, whose limits are these; whoever waits does so as long as the call may last. */
    static Configuration configuration(URI server, String model, int limit, int queue) {
        return Configuration.builder()
                .provider(new Provider("patient", "openai", server, null, limit, Map.of()))
                .model(new ModelSettings(
                        Deployment.builder(model).provider("patient").build(), BREAKER, null))
                .agent(AgentSettings.builder(AGENT)
                        .baseline(model)
                        .timeout(PATIENCE)
                        .throttle(new ThrottleSettings(limit, queue, PATIENCE, 1))
                        .build())
                .build();
    }

    static ChatRequest request(int number) {
        return ChatRequest.of(List.of(Message.user("Are you there? Asked by number " + number)));
    }

    private Thread start(Runnable work) {
        return way == Way.PLATFORM ? VirtualThreads.startPlatform(work) : VirtualThreads.start(work);
    }

    // What is left ---------------------------------------------------------------------------------------------------

    private double gauge(String name) {
        return meters.find(name).gauges().stream().mapToDouble(Gauge::value).sum();
    }

    private double count(String name, String... tags) {
        return meters.find(name).tags(tags).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /** How many requests and answers are still referred to by somebody. */
    private long kept() {
        return calls.stream().filter(call -> call.get() != null).count();
    }

    private static long files() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    /**
     * Names of threads that were not there before and are not the JVM's. OkHttp and Okio have one each for a whole process, which
     * ends when it has had nothing to do for a minute.
     */
    private static List<String> left(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .filter(thread -> thread.getThreadGroup() != null
                        && !thread.getThreadGroup().getName().equals("system")
                        && !Set.of("OkHttp TaskRunner", "Okio Watchdog").contains(thread.getName())
                        && !VirtualThreads.carries(thread))
                .map(Thread::getName)
                .collect(Collectors.toList());
    }

    private static List<MemoryPoolMXBean> heap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }

    /** Collects garbage and looks again, for some seconds at most; whether it was in vain is said by what is said next. */
    private static void await(BooleanSupplier so) throws InterruptedException {
        for (int i = 0; i < 200 && !so.getAsBoolean(); i++) {
            if (i > 0) {
                System.gc();
            }
            Thread.sleep(25);
        }
    }

    // The partner ----------------------------------------------------------------------------------------------------

    private static void say(String name, Object value) {
        System.out.println(name + " " + value);
    }

    private void ask(String what) throws IOException {
        say(what, "?");
        if (partner.readLine() == null) {
            throw new IOException("the partner is gone");
        }
    }
}
