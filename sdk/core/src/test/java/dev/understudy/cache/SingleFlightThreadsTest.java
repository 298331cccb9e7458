package dev.understudy.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.CancelledException;
import dev.understudy.error.ModelTimeoutException;
import dev.understudy.error.UpstreamException;
import dev.understudy.event.Events;
import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads ask few questions of a moody model, with little time, and cancel and interrupt each other. */
@Rule({"R18", "R25"})
class SingleFlightThreadsTest {

    private static final int THREADS = 8;
    private static final int CALLS = 1_500;
    private static final int QUESTIONS = 3;

    private final Waiting waiting = Waiting.system();
    private final ResponseCache cache =
            new ResponseCache(new CacheSettings(Duration.ofMinutes(1), 100, 1 << 20, null), waiting.ticker());
    private final AtomicInteger[] asking =
            IntStream.range(0, QUESTIONS).mapToObj(i -> new AtomicInteger()).toArray(AtomicInteger[]::new);
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicLong ended = new AtomicLong();
    private final ChatCall[] latest = new ChatCall[THREADS];

    @Test
    @Timeout(60)
    void nobodyIsForgottenAndNoQuestionIsAskedTwiceAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> callers = IntStream.range(0, THREADS)
                    .<Callable<Void>>mapToObj(i -> () -> call(i))
                    .toList();
            for (Future<Void> caller : threads.invokeAll(callers)) {
                caller.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(ended).hasValue(THREADS * CALLS);
        assertThat(mostAtOnce).hasValue(1);
        assertThat(cache.flights().size()).isZero();
    }

    private Void call(int caller) {
        SplittableRandom random = new SplittableRandom(caller);
        Events events = new Events(List.of(), Runnable::run);
        for (int i = 0; i < CALLS; i++) {
            int question = random.nextInt(QUESTIONS);
            ChatRequest request = ChatRequest.of(List.of(Message.user("Question " + question)));
            Duration timeout = Duration.ofNanos(random.nextInt(8) == 0 ? 50_000 : 60_000_000_000L);
            ChatCall call = new ChatCall("qa_agent", request, CallOptions.DEFAULT, timeout.toNanos(), waiting, events);
            call.runsHere();
            latest[caller] = call;
            int mood = random.nextInt(8);
            Chain chain =
                    Chain.of(List.of(new CacheStage(cache, waiting), (asked, next) -> ask(asked, question, mood)));
            try {
                call.travel(new Leg(Variant.BASELINE, Rehearsal.PROVEN, chain), call.wholeDeadline(), true);
            } catch (ModelTimeoutException | CancelledException | UpstreamException expected) {
                Thread.interrupted();
            }
            ended.incrementAndGet();
            ChatCall victim = latest[random.nextInt(THREADS)];
            if (victim != null && random.nextInt(4) == 0) {
                victim.cancel();
            }
            if (random.nextInt(8) == 0) {
                Thread.currentThread().interrupt(); // the next call's problem
            }
        }
        Thread.interrupted();
        return null;
    }

    private ChatResponse ask(ChatCall call, int question, int mood) {
        int atOnce = asking[question].incrementAndGet();
        mostAtOnce.accumulateAndGet(atOnce, Math::max);
        try {
            for (int i = 0; i < 20; i++) {
                call.ensureLive();
                Thread.yield();
            }
            if (mood == 0) {
                throw CacheStageTest.unavailable();
            }
            // Never stored, so that there is always something to ask.
            return new ChatResponse("cut", List.of(), FinishReason.LENGTH, Usage.NONE, null, Provenance.NONE);
        } finally {
            asking[question].decrementAndGet();
        }
    }
}
