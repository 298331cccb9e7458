package dev.understudy.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.Stage;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.event.Listener;
import dev.understudy.time.Parking;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ThrowingRunnable;

/**
 * A cache stage, the clock it goes by, and an upstream that does what the test says. The clock moves only by {@link
 * #advance}; threads that wait are really parked.
 */
final class Rehearsal implements Ticker, Parking {

    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final Duration TTL = Duration.ofMinutes(5);
    static final CacheSettings SETTINGS = new CacheSettings(TTL, 100, 1 << 20, null);
    static final ChatRequest REQUEST = ChatRequest.of(List.of(Message.user("What is a stand-in?")));
    static final Deployment TUNED = deployment("tuned");
    static final Deployment PROVEN = deployment("proven");

    final Waiting waiting = new Waiting(this, this);
    final ResponseCache cache;
    final CacheStage stage;
    final AtomicInteger upstreamCalls = new AtomicInteger();
    final List<CacheStatus> lookups = new ArrayList<>();
    volatile Stage upstream = (call, next) -> ChatResponse.of("answer " + upstreamCalls.get());

    /** Near the end of the range, so that every test sees the clock overflow. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000);

    private final Set<Thread> parked = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final Events events = new Events(List.of(listener()), Runnable::run);
    private final Chain chain;

    Rehearsal() {
        this(SETTINGS);
    }

    Rehearsal(CacheSettings settings) {
        cache = new ResponseCache(settings, this);
        stage = new CacheStage(cache, waiting);
        chain = Chain.of(List.of(stage, (call, next) -> {
            upstreamCalls.incrementAndGet();
            return upstream.handle(call, next);
        }));
    }

    static CacheSettings withStale(Duration staleIfError) {
        return new CacheSettings(TTL, 100, 1 << 20, staleIfError);
    }

    static Deployment deployment(String name) {
        ChatModel unused = (request, deadline) -> ChatResponse.of("");
        return Deployment.of(name, unused);
    }

    // Calls
    // --------------------------------------------------------------------------------------------------------------

    ChatCall call() {
        return call("qa_agent", "", REQUEST, TIMEOUT);
    }

    ChatCall call(Duration timeout) {
        return call("qa_agent", "", REQUEST, timeout);
    }

    ChatCall call(String agent, String scope, ChatRequest request, Duration timeout) {
        CallOptions options = CallOptions.builder().scope(scope).build();
        return new ChatCall(agent, request, options, timeout.toNanos(), waiting, events);
    }

    /** The baseline's leg, as the last one. */
    ChatResponse ask() {
        return ask(call());
    }

    ChatResponse ask(ChatCall call) {
        return call.travel(leg(Variant.BASELINE), call.wholeDeadline(), true);
    }

    Leg leg(Variant variant) {
        return new Leg(variant, variant == Variant.BASELINE ? PROVEN : TUNED, chain);
    }

    /** The same on a thread of its own. */
    CompletableFuture<ChatResponse> askAsync(ChatCall call) {
        CompletableFuture<ChatResponse> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            call.runsHere();
            try {
                result.complete(ask(call));
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return result;
    }

    /** The thread of the latest {@link #askAsync}. */
    Thread latestThread() {
        return threads.stream().reduce((a, b) -> b).orElseThrow();
    }

    private Listener listener() {
        return new Listener() {
            @Override
            public void on(Event event) {
                if (event instanceof Event.CacheLookedUp looked) {
                    synchronized (lookups) {
                        lookups.add(looked.result());
                    }
                }
            }

            @Override
            public boolean mayBlock() {
                return false;
            }
        };
    }

    // Time
    // ---------------------------------------------------------------------------------------------------------------

    @Override
    public long nanoTime() {
        return now.get();
    }

    void advance(Duration time) {
        now.addAndGet(time.toNanos());
        parked.forEach(LockSupport::unpark);
    }

    /** Wakes up for no reason now and then, as the contract allows: the clock might have moved just before. */
    @Override
    public void park(Object blocker, long nanos) {
        if (nanos > 0) {
            parked.add(Thread.currentThread());
            LockSupport.parkNanos(blocker, 20_000_000);
            parked.remove(Thread.currentThread());
        }
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    void awaitParked(int count) {
        eventually(() -> assertThat(parked).hasSize(count));
    }

    void awaitUpstreamCalls(int count) {
        eventually(() -> assertThat(upstreamCalls).hasValue(count));
    }

    private static void eventually(ThrowingRunnable holds) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).untilAsserted(holds);
    }

    /** An upstream that answers when the test says so, and ends with its call's time. */
    static final class Held implements Stage {

        private final Waiting waiting;
        private final CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        private volatile Thread caller;

        Held(Waiting waiting) {
            this.waiting = waiting;
        }

        @Override
        public ChatResponse handle(ChatCall call, Chain next) {
            caller = Thread.currentThread();
            while (!answer.isDone()) {
                call.ensureLive();
                waiting.park(this, call.deadline().remainingNanos());
            }
            if (answer.isCompletedExceptionally()) {
                throw (RuntimeException)
                        answer.handle((value, failure) -> failure).join();
            }
            return answer.join();
        }

        void answers(ChatResponse response) {
            answer.complete(response);
            waiting.unpark(caller);
        }

        void fails(RuntimeException failure) {
            answer.completeExceptionally(failure);
            waiting.unpark(caller);
        }
    }
}
