package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads, every way in which a call can end, gates that change their size: nothing leaks, nothing is exceeded. */
@Rule({"R5", "R6"})
class ThrottleUnderLoadTest {

    private static final int THREADS = 8;
    private static final int CALLS = 400;
    private static final int MOST = 4;

    private final Waiting waiting = Waiting.system();
    private final RecordedEvents events = new RecordedEvents();
    private final Events bus = events.asEvents();
    private final PermitGate candidateGate = PermitGate.forAgent("agent", MOST, 4, waiting);
    private final PermitGate baselineGate = PermitGate.forAgent("agent", MOST, 4, waiting);
    private final PermitGate providerGate = PermitGate.forProvider("provider", MOST, 6, waiting);
    private final AtomicInteger onTheWire = new AtomicInteger();
    private final AtomicInteger mostOnTheWire = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Queue<Runnable> abandoned = new ConcurrentLinkedQueue<>();
    private final AtomicReference<ChatCall> victim = new AtomicReference<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void at_rest_every_permit_is_available(long seed) throws InterruptedException {
        Leg candidate = leg(Variant.CANDIDATE, candidateGate, seed);
        Leg baseline = leg(Variant.BASELINE, baselineGate, seed);
        List<Throwable> unexpected = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed * 31 + i);
            Thread thread = new Thread(() -> {
                for (int n = 0; n < CALLS; n++) {
                    oneCall(random.nextBoolean() ? candidate : baseline, random);
                }
            });
            thread.setUncaughtExceptionHandler((who, what) -> {
                synchronized (unexpected) {
                    unexpected.add(what);
                }
            });
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        disturb(threads, new Random(seed));
        for (Thread thread : threads) {
            thread.join();
        }
        abandoned.forEach(Runnable::run);

        assertThat(unexpected).isEmpty();
        assertThat(mostOnTheWire.get()).isBetween(1, MOST);
        assertThat(onTheWire.get()).isZero();
        for (PermitGate gate : List.of(candidateGate, baselineGate, providerGate)) {
            assertThat(gate.inUse()).as(gate.toString()).isZero();
            assertThat(gate.waiting()).as(gate.toString()).isZero();
            assertThat(gate.available()).as(gate.toString()).isEqualTo(gate.limit());
        }
        assertThat(events.of(Event.Rejected.class)).hasSize(refused.get());
    }

    /** Resizes, interrupts, cancels and lets abandoned work end, as long as anybody works. */
    private void disturb(List<Thread> threads, Random random) {
        while (threads.stream().anyMatch(Thread::isAlive)) {
            switch (random.nextInt(5)) {
                case 0 -> providerGate.resize(1 + random.nextInt(MOST), random.nextInt(6));
                case 1 -> candidateGate.resize(1 + random.nextInt(MOST), random.nextInt(4));
                case 2 -> threads.get(random.nextInt(threads.size())).interrupt();
                case 3 -> {
                    ChatCall call = victim.get();
                    if (call != null) {
                        call.cancel();
                    }
                }
                default -> {
                    Runnable over = abandoned.poll();
                    if (over != null) {
                        over.run();
                    }
                }
            }
            Thread.yield();
        }
    }

    private void oneCall(Leg leg, Random random) {
        long timeout = Duration.ofMillis(1 + random.nextInt(40)).toNanos();
        ChatRequest request = ChatRequest.of(List.of(Message.user("?")));
        ChatCall call = new ChatCall("agent", request, CallOptions.DEFAULT, timeout, waiting, bus);
        call.runsHere();
        victim.set(call);
        try {
            call.travel(leg, call.wholeDeadline(), true);
        } catch (ChatException told) {
            if (told.kind() == FailureKind.OVERLOADED) {
                refused.incrementAndGet();
            }
        } catch (IllegalStateException scripted) {
            assertThat(scripted).hasMessage("scripted");
        }
        Thread.interrupted();
    }

    private Leg leg(Variant variant, PermitGate gate, long seed) {
        var settings = new ThrottleSettings(MOST, 4, Duration.ofMillis(5), 0.5);
        var limiter = new ModelLimiter(new RateLimit(50, Duration.ofMillis(5)), null, waiting);
        var random = new Random(seed + variant.ordinal());
        Stage wire = (call, next) -> onTheWire(call, random);
        Deployment deployment = Deployment.of(variant.tag(), (r, d) -> ChatResponse.of(""));
        var stage = new ThrottleStage(settings, gate, providerGate, limiter, new AdaptivePermits(gate, waiting));
        return new Leg(variant, deployment, Chain.of(List.of(stage, wire)));
    }

    private ChatResponse onTheWire(ChatCall call, Random random) {
        mostOnTheWire.accumulateAndGet(onTheWire.incrementAndGet(), Math::max);
        boolean over = true;
        try {
            switch (random.nextInt(8)) {
                case 0 -> throw new IllegalStateException("scripted");
                case 1 -> throw FailureKind.UPSTREAM.exception("scripted", Origin.of(call.model()), null);
                case 2 -> {
                    Duration pause = Duration.ofMillis(random.nextInt(3));
                    Origin origin = new Origin(call.model(), null, 429, null, pause.plusNanos(1), null);
                    throw FailureKind.RATE_LIMITED.exception("scripted", origin, null);
                }
                case 3 -> {
                    over = false;
                    call.abandon(action -> abandoned.add(() -> {
                        onTheWire.decrementAndGet();
                        action.run();
                        action.run(); // twice, and harmless
                    }));
                    throw FailureKind.TIMEOUT.exception("scripted", Origin.of(call.model()), null);
                }
                case 4, 5 -> waiting.sleep(random.nextInt(2_000_000), call.deadline());
                default -> {}
            }
            return ChatResponse.of("hello");
        } finally {
            if (over) {
                onTheWire.decrementAndGet();
            }
        }
    }
}
