package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.testing.Rule;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the server sees at once is never more than was allowed, and afterwards every permit is back. */
@ExtendWith(CanaryWatch.class)
@Rule({"R5", "R6"})
class PermitsTest {

    private static final int LIMIT = 4;

    @Test
    void a_storm_of_successes_failures_time_outs_cancels_and_interrupts() {
        try (World world = World.builder()
                .noBreaker()
                .agent(agent -> agent.throttle(new ThrottleSettings(LIMIT, 20, Duration.ofSeconds(1), 0.5)))
                .listener(event -> {
                    throw new IllegalStateException("a listener that always throws");
                })
                .build()) {
            world.server().script(CANDIDATE, DeadlineTest.mischief(3)).script(BASELINE, DeadlineTest.mischief(4));

            Crowd.of(20, caller -> {
                SplittableRandom random = new SplittableRandom(caller);
                for (int i = 0; i < 15; i++) {
                    CallOptions options = CallOptions.builder()
                            .timeout(Duration.ofMillis(40 + random.nextInt(200)))
                            .build();
                    switch (random.nextInt(4)) {
                        case 0 -> cancelSoon(world, options, random.nextInt(60));
                        case 1 -> interruptSoon(world, options, random.nextInt(60));
                        default ->
                            world.call(Face.all().get(random.nextInt(Face.all().size())), options);
                    }
                }
                return null;
            });

            world.awaitRest();
            assertThat(world.server().log().peak(CANDIDATE)).isEqualTo(LIMIT);
            assertThat(world.server().log().peak(BASELINE)).isLessThanOrEqualTo(LIMIT);
            assertEveryPermitIsBack(world);
        }
    }

    @Test
    void the_limit_of_a_provider_holds_for_all_its_agents_together() {
        try (World world = World.builder()
                .providerConcurrency(6)
                .noBreaker()
                .agent(agent -> agent.throttle(new ThrottleSettings(50, 100, Duration.ofSeconds(1), 1)))
                .build()) {
            world.server().script(CANDIDATE, "answer;after-ms=10").script(BASELINE, "answer;after-ms=10");
            CallOptions baseline = CallOptions.builder().useFinetuned(false).build();

            Crowd.of(30, caller -> {
                for (int i = 0; i < 5; i++) {
                    world.call(Face.CHAT, caller % 2 == 0 ? baseline : CallOptions.DEFAULT);
                }
                return null;
            });

            world.awaitRest();
            assertThat(world.server().log().peak(BASELINE)).isLessThanOrEqualTo(6);
            // A quarter of the six, rounded down, is kept for baselines.
            assertThat(world.server().log().peak(CANDIDATE)).isLessThanOrEqualTo(5);
        }
    }

    private static void cancelSoon(World world, CallOptions options, int afterMillis) {
        CompletableFuture<ChatResponse> future = world.registry().chatAsync(World.AGENT, World.prompt(), options);
        try {
            future.completeOnTimeout(null, afterMillis, TimeUnit.MILLISECONDS).join();
        } catch (CompletionException | CancellationException failed) {
            // That is what a storm is for.
        }
    }

    private static void interruptSoon(World world, CallOptions options, int afterMillis) {
        Thread me = Thread.currentThread();
        CompletableFuture<Void> interrupt = CompletableFuture.runAsync(
                me::interrupt, CompletableFuture.delayedExecutor(afterMillis, TimeUnit.MILLISECONDS));
        world.call(Face.CHAT, options);
        // It comes now, if it did not before; nobody after us is to find the flag.
        interrupt.join();
        Thread.interrupted();
    }

    /** As many calls as there are permits go through at once. */
    private static void assertEveryPermitIsBack(World world) {
        world.server().log().clear();
        world.server().script(CANDIDATE, "answer;after-ms=300");

        Crowd.of(LIMIT, caller -> world.call().response());

        assertThat(world.server().log().peak(CANDIDATE)).isEqualTo(LIMIT);
        assertThat(world.attempts(BASELINE)).isEmpty();
        world.awaitRest();
    }
}
