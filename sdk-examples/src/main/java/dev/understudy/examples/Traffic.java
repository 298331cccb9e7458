package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.examples.Trace.Arrival;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The callers: each arrival of the trace is a call of {@code chat()} on a thread of its own, at its time, whether earlier
 * ones have been answered or not. Users are drawn, the same ones in every run.
 */
final class Traffic {

    private static final int USERS = 5_000;
    private static final int WARM_UP_CALLS = 10;
    private static final String PROMPT = "word ".repeat(8_000);

    private final ModelRegistry registry;
    private final String agent;
    private final Scoreboard scoreboard;
    private final Random random = new Random(20231116);

    Traffic(ModelRegistry registry, String agent, Scoreboard scoreboard) {
        this.registry = registry;
        this.agent = agent;
        this.scoreboard = scoreboard;
    }

    /** Opens connections and loads classes, as a service does before it says that it is ready. */
    void warmUp() {
        CallOptions.Builder patient = CallOptions.builder().timeout(Duration.ofSeconds(20));
        for (int i = 0; i < WARM_UP_CALLS; i++) {
            registry.chat(
                    agent,
                    request(new Arrival(0, 1000, 100)),
                    patient.unit("user-" + i).build());
        }
    }

    /** Plays the trace from its start, and returns when the last call has been answered. */
    void play(Trace trace, double speed, Duration length) throws InterruptedException {
        ExecutorService callers = Executors.newCachedThreadPool();
        long start = System.nanoTime();
        for (Arrival arrival : trace.arrivals()) {
            long at = (long) (arrival.seconds() / speed * 1e9);
            if (at >= length.toNanos()) {
                break;
            }
            TimeUnit.NANOSECONDS.sleep(start + at - System.nanoTime());
            String user = "user-" + random.nextInt(USERS);
            callers.execute(() -> call(user, arrival));
        }
        callers.shutdown();
        if (!callers.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("A call has not come back for a minute");
        }
    }

    private void call(String user, Arrival arrival) {
        ChatRequest request = request(arrival);
        CallOptions options = CallOptions.builder().unit(user).build();
        long start = System.nanoTime();
        try {
            ChatResponse answer = registry.chat(agent, request, options);
            scoreboard.answered(answer, System.nanoTime() - start);
        } catch (RuntimeException failure) {
            scoreboard.failed(failure, System.nanoTime() - start);
        }
    }

    private static ChatRequest request(Arrival arrival) {
        int characters = Math.min(PROMPT.length(), 5 * arrival.contextTokens());
        return ChatRequest.builder(List.of(Message.user(PROMPT.substring(0, characters))))
                .parameters(Parameters.UNSET.withMaxTokens(arrival.generatedTokens()))
                .build();
    }
}
