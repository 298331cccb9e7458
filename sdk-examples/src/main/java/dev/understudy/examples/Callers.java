package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.error.ChatException;
import dev.understudy.examples.Trace.Arrival;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who calls the orchestrator's agents: an arrival of the trace becomes a call of one of them, by a user of its own. Drawn, and
 * the same in every run.
 */
final class Callers {

    private static final int USERS = 2_000;
    private static final int WARM_UP_CALLS = 12;
    private static final String WORDS = "word ".repeat(8_000);

    /**
     * The traffic of one agent.
     *
     * @param agent its name
     * @param share its part of all calls, in percent
     * @param questions how many different questions it is asked; 0 where none comes twice
     */
    private record Audience(String agent, int share, int questions) {}

    private static final List<Audience> AUDIENCES = List.of(
            new Audience("qa_agent", 50, 0),
            new Audience("support_agent", 20, 3_000),
            new Audience("content_agent", 15, 0),
            new Audience("analyst_agent", 8, 1_500),
            new Audience("legal_agent", 7, 0));

    private final ModelRegistry registry;
    private final Random random = new Random(20231116);
    private final LongAdder calls = new LongAdder();
    private final LongAdder degraded = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /**
     * What became of the calls so far.
     *
     * @param calls those that ended
     * @param degraded those that the baseline answered in the candidate's place
     * @param failed those whose caller saw an error
     */
    record Tally(long calls, long degraded, long failed) {

        Tally since(Tally earlier) {
            return new Tally(calls - earlier.calls, degraded - earlier.degraded, failed - earlier.failed);
        }
    }

    Callers(ModelRegistry registry) {
        this.registry = registry;
    }

    /** The first calls of a process are slow, which is not the candidates' fault: the baselines take them. */
    void warmUp() {
        CallOptions baseline = CallOptions.builder().useFinetuned(false).build();
        ExecutorService threads = Executors.newCachedThreadPool();
        for (int i = 0; i < WARM_UP_CALLS * AUDIENCES.size(); i++) {
            Audience audience = AUDIENCES.get(i % AUDIENCES.size());
            ChatRequest request = request("Warm-up " + i, new Arrival(0, 100, 20));
            threads.execute(() -> ask(audience, request, baseline));
        }
        threads.shutdown();
        try {
            threads.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException ended) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Draws who asks what; to be called by one thread. The call is made when the result is run. */
    Runnable draw(Arrival arrival) {
        Audience audience = audience(random.nextInt(100));
        CallOptions user =
                CallOptions.builder().unit("user-" + random.nextInt(USERS)).build();
        if (audience.questions() == 0) {
            String title = "Question " + random.nextLong();
            return () -> ask(audience, request(title, arrival), user);
        }
        // Some questions are asked much more often than others.
        int question = (int) (audience.questions() * Math.pow(random.nextDouble(), 3));
        Arrival always = new Arrival(0, 200 + 7 * question % 500, 50 + 11 * question % 200);
        return () -> ask(audience, request("Question " + question, always), user);
    }

    Tally tally() {
        return new Tally(calls.sum(), degraded.sum(), failed.sum());
    }

    private static Audience audience(int percent) {
        int rest = percent;
        for (Audience audience : AUDIENCES) {
            rest -= audience.share();
            if (rest < 0) {
                return audience;
            }
        }
        throw new IllegalStateException("The shares make less than 100 %");
    }

    private void ask(Audience audience, ChatRequest request, CallOptions options) {
        try {
            ChatResponse answer = registry.chat(audience.agent(), request, options);
            if (answer.degraded()) {
                degraded.increment();
            }
        } catch (ChatException toldToTheCaller) {
            failed.increment();
        }
        calls.increment();
    }

    private static ChatRequest request(String title, Arrival arrival) {
        int characters = Math.min(WORDS.length(), 5 * arrival.contextTokens());
        return ChatRequest.builder(List.of(Message.user(title + " " + WORDS.substring(0, characters))))
                .parameters(Parameters.UNSET.withMaxTokens(arrival.generatedTokens()))
                .build();
    }
}
