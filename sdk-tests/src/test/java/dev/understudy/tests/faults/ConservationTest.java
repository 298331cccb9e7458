package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.InvalidRequestException;
import dev.understudy.event.Event;
import dev.understudy.testing.Rule;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nothing that happened is missing from the metrics, and nothing is there that did not happen. */
@ExtendWith(CanaryWatch.class)
class ConservationTest {

    @Test
    @Rule({"R25", "R11", "R5"})
    void the_metrics_say_what_the_callers_and_the_server_say() {
        try (World world = World.builder()
                .breakerAfter(6, Duration.ofMillis(60))
                .agent(agent -> agent.throttle(new ThrottleSettings(5, 6, Duration.ofMillis(80), 0.5)))
                .build()) {
            world.server().script(CANDIDATE, DeadlineTest.mischief(6)).script(BASELINE, DeadlineTest.mischief(7));
            ConcurrentHashMap<String, LongAdder> told = new ConcurrentHashMap<>();

            Crowd.of(16, caller -> {
                SplittableRandom random = new SplittableRandom(caller);
                for (int i = 0; i < 15; i++) {
                    CallOptions options = CallOptions.builder()
                            .timeout(Duration.ofMillis(60 + random.nextInt(250)))
                            .useFinetuned(random.nextInt(4) > 0)
                            .useFallback(random.nextInt(4) > 0)
                            .build();
                    String outcome = random.nextInt(5) == 0
                            ? cancelled(world, options)
                            : outcome(world.call(
                                    Face.all().get(random.nextInt(Face.all().size())), options));
                    told.computeIfAbsent(outcome, any -> new LongAdder()).increment();
                }
                return null;
            });
            world.awaitRest();
            world.server().log().await(() -> world.count("model.requests") == 16 * 15, Duration.ofSeconds(5));

            assertThat(world.count("model.requests")).isEqualTo(16 * 15);
            for (String outcome : new String[] {"success", "degraded", "error"}) {
                // A cancel may come too late, or in time: those are told apart below.
                double least = sum(told, outcome);
                double most = least + sum(told, "cancel");
                assertThat(world.count("model.requests", "outcome", outcome))
                        .as(outcome)
                        .isBetween(least, most);
            }
            assertThat(world.count("model.errors")).isEqualTo(world.count("model.requests", "outcome", "error"));
            assertThat(world.count("model.requests", "outcome", "success")
                            + world.count("model.requests", "outcome", "degraded")
                            + world.count("model.requests", "outcome", "error")
                            + world.count("model.requests", "outcome", "cancelled"))
                    .isEqualTo(16 * 15);
            told.forEach((outcome, count) -> {
                if (outcome.startsWith("error:")) {
                    assertThat(world.count("model.errors", "error", outcome.substring(6)))
                            .as(outcome)
                            .isGreaterThanOrEqualTo((double) count.sum());
                }
            });
            // What was given up while it connected was an attempt, and the server never saw it.
            int attempts = RetryTest.attemptsInAllBooks(world);
            int givenUp = (int) (world.count("model.attempts", "outcome", "cancelled")
                    + world.count("model.attempts", "outcome", "timeout"));
            assertThat(world.server().log().attempts()).hasSizeBetween(attempts - givenUp, attempts);
            assertThat(world.count("model.fallbacks"))
                    .isEqualTo(world.events().of(Event.FellBack.class).size());
            assertThat(world.count("model.rejected"))
                    .isEqualTo(world.events().of(Event.Rejected.class).size());
            assertThat(world.gauge("model.inflight")).isZero();
            assertThat(world.gauge("model.queue")).isZero();
        }
    }

    private static double sum(ConcurrentHashMap<String, LongAdder> told, String prefix) {
        return told.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToLong(entry -> entry.getValue().sum())
                .sum();
    }

    private static String outcome(Result result) {
        if (result.answered()) {
            return result.response().degraded() ? "degraded" : "success";
        }
        return "error:" + result.exception().kind().tag();
    }

    private static String cancelled(World world, CallOptions options) {
        CompletableFuture<ChatResponse> future = world.registry().chatAsync(World.AGENT, World.prompt(), options);
        future.cancel(true);
        try {
            return outcome(new Result(future.join(), null, Duration.ZERO));
        } catch (CancellationException inTime) {
            return "cancel";
        } catch (CompletionException failed) {
            return outcome(new Result(null, failed.getCause(), Duration.ZERO));
        }
    }

    @Test
    @Rule("R26")
    void unknown_agents_are_refused_and_leave_no_trace() {
        try (World world = World.of("answer", "answer")) {
            world.call().response();
            long series = world.scrape().lines().count();
            for (int i = 0; i < 500; i++) {
                String name = "agent-" + i;
                assertThatThrownBy(() -> world.registry().chat(name, World.prompt()))
                        .isInstanceOf(InvalidRequestException.class);
                assertThatThrownBy(() ->
                                world.registry().chatAsync(name, World.prompt()).get())
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(InvalidRequestException.class);
            }
            assertThat(world.scrape().lines().count()).isEqualTo(series);
            assertThat(world.scrape()).doesNotContain("agent-");
            assertThat(world.server().log().attempts()).hasSize(1);
        }
    }

    @Test
    @Rule("R26")
    void what_callers_and_upstreams_say_never_becomes_a_tag() {
        try (World world = World.of("answer", "answer")) {
            world.call().response();
            long series = world.scrape().lines().count();
            for (int i = 0; i < 100; i++) {
                world.server().script(CANDIDATE, "answer;text=t" + i + ";finish=f" + i);
                world.call(
                                Face.CHAT,
                                CallOptions.builder()
                                        .unit("unit-" + i)
                                        .scope("scope-" + i)
                                        .build())
                        .response();
            }
            assertThat(world.scrape().lines().count()).isEqualTo(series);
        }
    }

    @Test
    @Rule("R16")
    void an_unknown_agent_is_told_what_there_is_but_not_what_it_said() {
        try (World world = World.of("answer", "answer")) {
            String name = "qa_agnt " + Canaries.PROMPT;
            ChatException told = org.assertj.core.api.Assertions.catchThrowableOfType(
                    ChatException.class, () -> world.registry().chat(name, World.prompt()));
            assertThat(told).hasMessageContaining(World.AGENT);
            CanaryWatch.check(told);
            assertThat(world.attempts(BASELINE)).isEmpty();
        }
    }
}
