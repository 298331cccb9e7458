package dev.understudy.tests.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.ModelRegistry;
import dev.understudy.SimulatedRegistry;
import dev.understudy.breaker.BreakerSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.throttle.PermitGate;
import dev.understudy.throttle.ThrottleSettings;
import dev.understudy.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Configurations change under calls that never stop. */
@Timeout(120)
class ReloadUnderLoadTest {

    private static final int RELOADS = 1_000;
    private static final int CALLS_PER_RELOAD = 5;
    private static final int CALLERS = 4;
    private static final String AGENT = "qa_agent";
    private static final BreakerSettings NO_BREAKER = new BreakerSettings(
            Duration.ofSeconds(30),
            10_000,
            1,
            1_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(120),
            Duration.ofMinutes(5));

    private final RecordedEvents events = new RecordedEvents();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger begun = new AtomicInteger();
    /** Which version the candidate had that failed a call, by the call. */
    private final Map<Integer, Integer> failedBy = new ConcurrentHashMap<>();

    private volatile int installed;
    private volatile boolean done;

    private Configuration configuration(InProcessProvider.Service service, int version) {
        return Configuration.builder()
                .provider(new Provider(
                        "cloud",
                        InProcessProvider.API,
                        service.address("v" + version),
                        Secret.of("env:KEY", "key-" + version),
                        16 + version % 7 * 8,
                        Map.of()))
                .model(new ModelSettings(deployment("steady", version), NO_BREAKER, null))
                .model(new ModelSettings(deployment("tuned", version), NO_BREAKER, null))
                .agent(AgentSettings.builder(AGENT)
                        .baseline("steady")
                        .candidate("tuned")
                        .percentage(20 + version % 60)
                        .guard(GuardSettings.OFF) // a quarter of the candidate's calls fails, to the end
                        .timeout(Duration.ofSeconds(60))
                        .retry(new RetrySettings(
                                0, 0, 4, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(10)))
                        .throttle(new ThrottleSettings(1 + version % 5 * 4, 10_000, Duration.ofSeconds(30), 0.9))
                        .build())
                .build();
    }

    private static Deployment deployment(String name, int version) {
        return Deployment.builder(name)
                .provider("cloud")
                .model(name + "-" + version)
                .build();
    }

    /** Every fourth candidate call fails; who answers says which version it was. */
    private ChatResponse answer(Provider provider, Deployment model, ChatRequest request, Deadline deadline) {
        LockSupport.parkNanos(500_000); // a model takes its time
        int call = Integer.parseInt(request.messages().get(0).text());
        int version = version(model.model());
        String expected = "v" + version;
        if (!provider.baseUrl().getPath().endsWith("/" + expected)
                || !("key-" + version).equals(provider.apiKey().reveal())) {
            faults.add("call " + call + " came to " + provider.baseUrl() + " as " + model.model());
        }
        if (model.name().equals("tuned") && call % 4 == 0) {
            failedBy.put(call, version);
            throw FailureKind.UPSTREAM.exception("no", Origin.of("tuned"), null);
        }
        Integer before = failedBy.get(call);
        if (before != null && before != version) {
            faults.add("call " + call + " saw " + before + " and then " + version);
        }
        return ChatResponse.of(model.model());
    }

    private static int version(String text) {
        return Integer.parseInt(text.substring(text.indexOf('-') + 1));
    }

    private void call(ModelRegistry registry, boolean async) {
        int number = begun.incrementAndGet();
        int least = installed;
        ChatRequest request = ChatRequest.of(List.of(Message.user(String.valueOf(number))));
        CallOptions options = CallOptions.builder().unit("unit-" + number % 100).build();
        try {
            ChatResponse answer =
                    async ? registry.chatAsync(AGENT, request, options).join() : registry.chat(AGENT, request, options);
            if (version(answer.text()) < least) {
                faults.add("call " + number + " saw " + answer.text() + " after " + least + " had been installed");
            }
            if (answer.degraded() != failedBy.containsKey(number)) {
                faults.add("call " + number + " is degraded: " + answer.degraded());
            }
        } catch (RuntimeException lost) {
            faults.add("call " + number + ": " + lost);
        }
    }

    @Test
    @Rule({"R5", "R21", "R25", "R30"})
    void a_thousand_reloads_lose_no_call_no_permit_and_no_client() throws InterruptedException {
        try (InProcessProvider.Service service = new InProcessProvider.Service(this::answer);
                ModelRegistry registry = ModelRegistry.builder()
                        .configuration(configuration(service, 0))
                        .listener(events)
                        .build()) {
            CountDownLatch ended = new CountDownLatch(CALLERS);
            for (int i = 0; i < CALLERS; i++) {
                boolean async = i % 2 == 1;
                Thread caller = new Thread(() -> {
                    while (!done) {
                        call(registry, async);
                    }
                    ended.countDown();
                });
                caller.setDaemon(true);
                caller.start();
            }

            for (int version = 1; version <= RELOADS; version++) {
                int enough = version * CALLS_PER_RELOAD;
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofNanos(100_000))
                        .until(() -> begun.get() >= enough);
                SimulatedRegistry.install(registry, configuration(service, version));
                installed = version;
            }
            done = true;
            ended.await();

            assertThat(faults).isEmpty();
            assertThat(service.violations).isEmpty();
            assertThat(begun.get()).isGreaterThanOrEqualTo(RELOADS * CALLS_PER_RELOAD);
            assertThat(failedBy).hasSizeGreaterThan(100);
            assertThat(events.of(Event.CallFinished.class))
                    .hasSize(begun.get())
                    .allMatch(end -> end.outcome() == Outcome.SUCCESS || end.outcome() == Outcome.DEGRADED);
            await().until(() -> service.open.size() == 1);
            assertThat(service.opened).hasValue(RELOADS + 1);
            assertThat(SimulatedRegistry.openClients(registry)).isEqualTo(1);
            Map<String, PermitGate> gates = SimulatedRegistry.gates(registry);
            assertThat(gates).containsOnlyKeys("cloud", AGENT + "/BASELINE", AGENT + "/CANDIDATE");
            assertThat(gates.get("cloud").limit()).isEqualTo(16 + RELOADS % 7 * 8);
            assertThat(gates.get(AGENT + "/BASELINE").limit()).isEqualTo(1 + RELOADS % 5 * 4);
            assertThat(gates.values()).allSatisfy(gate -> {
                assertThat(gate.inUse()).isZero();
                assertThat(gate.waiting()).isZero();
                assertThat(gate.available()).isEqualTo(gate.limit());
            });
            registry.close();
            assertThat(service.open).isEmpty();
        }
    }

    @Test
    @Rule({"R5", "R6"})
    void limits_lowered_under_full_load_block_nobody_and_hold_when_the_load_is_gone() throws InterruptedException {
        int many = 40;
        CountDownLatch atWork = new CountDownLatch(many);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger mostAfterwards = new AtomicInteger();
        try (InProcessProvider.Service service = new InProcessProvider.Service((provider, model, request, deadline) -> {
                    int now = inside.incrementAndGet();
                    if (model.model().equals("steady-0")) {
                        atWork.countDown();
                        awaitQuietly(release);
                    } else {
                        mostAfterwards.accumulateAndGet(now, Math::max);
                    }
                    inside.decrementAndGet();
                    return ChatResponse.of("done");
                });
                ModelRegistry registry = ModelRegistry.builder()
                        .configuration(limited(service, 0, many))
                        .listener(events)
                        .build()) {
            List<Thread> callers = IntStream.range(0, many)
                    .mapToObj(i -> new Thread(() -> call(registry, "early " + i)))
                    .toList();
            callers.forEach(Thread::start);
            atWork.await();

            SimulatedRegistry.install(registry, limited(service, 1, 1)); // returns, whatever is on the wire
            PermitGate gate = SimulatedRegistry.gates(registry).get(AGENT + "/BASELINE");
            assertThat(gate.limit()).isEqualTo(1);
            assertThat(gate.inUse()).isEqualTo(many);
            List<Thread> late = IntStream.range(0, 10)
                    .mapToObj(i -> new Thread(() -> call(registry, "late " + i)))
                    .toList();
            late.forEach(Thread::start);
            await().until(() -> gate.waiting() == 10);
            release.countDown();
            for (Thread caller : callers) {
                caller.join();
            }
            for (Thread caller : late) {
                caller.join();
            }

            assertThat(faults).isEmpty();
            assertThat(mostAfterwards).hasValue(1);
            assertThat(gate.inUse()).isZero();
            assertThat(gate.available()).isEqualTo(1);
        }
    }

    private void call(ModelRegistry registry, String text) {
        try {
            registry.chat(AGENT, List.of(Message.user(text)));
        } catch (RuntimeException lost) {
            faults.add(text + ": " + lost);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Configuration limited(InProcessProvider.Service service, int version, int limit) {
        return Configuration.builder()
                .provider(new Provider("cloud", InProcessProvider.API, service.address("v"), null, limit, Map.of()))
                .deployment(deployment("steady", version))
                .agent(AgentSettings.builder(AGENT)
                        .baseline("steady")
                        .timeout(Duration.ofSeconds(60))
                        .throttle(new ThrottleSettings(limit, 100, Duration.ofSeconds(50), 0.9))
                        .build())
                .build();
    }
}
