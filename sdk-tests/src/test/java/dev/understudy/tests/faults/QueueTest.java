package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.error.OverloadedException;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who waits is served in order, nobody waits for ever, and one crowd does not stand in the way of another. */
@ExtendWith(CanaryWatch.class)
class QueueTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final CallOptions PATIENT =
            CallOptions.builder().timeout(Duration.ofSeconds(20)).build();

    @Test
    @Rule("R7")
    void waiting_is_in_order() {
        try (World world = World.builder()
                .baselineOnly()
                .agent(agent -> agent.throttle(new ThrottleSettings(1, 10, Duration.ofSeconds(10), 1)))
                .build()) {
            world.server().script(BASELINE, "silent", "answer");
            List<CompletableFuture<ChatResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                calls.add(world.registry().chatAsync(World.AGENT, List.of(Message.user("number-" + i + ".")), PATIENT));
                int waiting = i;
                assertThat(world.server().log().await(() -> world.gauge("model.queue") == waiting, SOON))
                        .isTrue();
            }

            calls.get(0).cancel(true); // nobody moves before all are in line
            calls.subList(1, 10).forEach(CompletableFuture::join);

            assertThat(world.attempts(BASELINE))
                    .extracting(attempt -> attempt.body().replaceAll("(?s).*number-(\\d+)\\..*", "$1"))
                    .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        }
    }

    @Test
    @Rule("R7")
    void what_is_too_much_is_refused_within_ten_milliseconds_without_touching_the_network() {
        try (World world = World.builder()
                .baselineOnly()
                .agent(agent -> agent.throttle(new ThrottleSettings(1, 2, Duration.ofSeconds(10), 1)))
                .build()) {
            world.server().script(BASELINE, "silent");
            for (int i = 0; i < 3; i++) {
                world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            }
            assertThat(world.server()
                            .log()
                            .await(
                                    () -> world.gauge("model.queue") == 2
                                            && world.attempts(BASELINE).size() == 1,
                                    SOON))
                    .isTrue();

            List<Duration> took = new ArrayList<>();
            for (int i = 0; i < 101; i++) {
                Result refused = world.call(Face.CHAT, PATIENT);
                assertThat(refused.exception()).isInstanceOf(OverloadedException.class);
                assertThat(((OverloadedException) refused.exception()).guard()).isEqualTo("queue");
                took.add(refused.took());
            }

            // Of a hundred, one may meet a busy machine.
            assertThat(took.stream().sorted().toList().get(99)).isLessThan(Duration.ofMillis(10));
            assertThat(world.attempts(BASELINE)).hasSize(1);
            assertThat(world.server().log().connections()).isEqualTo(1);
        }
    }

    @Test
    @Rule({"R7", "R2"})
    void nobody_waits_longer_than_configured() {
        try (World world = World.builder()
                .baselineOnly()
                .agent(agent -> agent.throttle(new ThrottleSettings(1, 5, Duration.ofMillis(100), 1)))
                .build()) {
            world.server().script(BASELINE, "silent");
            world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            assertThat(world.server().log().awaitAttempts(BASELINE, 1, SOON)).isTrue();

            Result late = world.call(Face.CHAT, PATIENT);

            assertThat(late.exception()).isInstanceOf(OverloadedException.class);
            assertThat(((OverloadedException) late.exception()).guard()).isEqualTo("permits");
            assertThat(late.took()).isBetween(Duration.ofMillis(100), Duration.ofMillis(350));
        }
    }

    @Test
    @Rule("R8")
    void a_stuck_candidate_takes_nothing_from_the_baseline() {
        try (World world = World.builder()
                .agent(agent -> agent.throttle(new ThrottleSettings(2, 4, Duration.ofMillis(50), 1)))
                .build()) {
            world.server().script(CANDIDATE, "silent").script(BASELINE, "answer");
            for (int i = 0; i < 2; i++) {
                world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            }
            assertThat(world.server().log().awaitAttempts(CANDIDATE, 2, SOON)).isTrue();

            for (int i = 0; i < 20; i++) {
                Result result = world.call(
                        Face.CHAT, CallOptions.builder().useFinetuned(false).build());
                assertThat(result.response().model()).isEqualTo(BASELINE);
                assertThat(result.took()).isLessThan(Duration.ofMillis(250));
            }
            Result rescued = world.call();
            assertThat(rescued.response().degraded()).isTrue();
            assertThat(rescued.took()).isLessThan(Duration.ofMillis(350));
        }
    }

    @Test
    @Rule("R8")
    void one_agents_saturation_does_not_delay_another() {
        try (World world = World.builder()
                .agent(agent -> agent.throttle(new ThrottleSettings(4, 8, Duration.ofSeconds(2), 0.25)))
                .providerConcurrency(8)
                .noBreaker()
                .configuration(configuration -> configuration.agent(AgentSettings.builder("other_agent")
                        .baseline(BASELINE)
                        .timeout(World.TIMEOUT)
                        .build()))
                .build()) {
            world.server().script(CANDIDATE, "silent").script(BASELINE, "answer");
            List<CompletableFuture<Result>> crowd = Crowd.start(
                    20,
                    caller -> world.call(
                            Face.CHAT, CallOptions.builder().useFallback(false).build()));
            assertThat(world.server().log().awaitAttempts(CANDIDATE, 4, SOON)).isTrue();

            for (int i = 0; i < 20; i++) {
                Result result = Face.CHAT.call(world.registry(), "other_agent", World.prompt(), CallOptions.DEFAULT);
                assertThat(result.response().model()).isEqualTo(BASELINE);
                assertThat(result.took()).isLessThan(Duration.ofMillis(250));
            }

            assertThat(world.attempts(CANDIDATE)).allMatch(attempt -> attempt.ended() == Attempt.End.OPEN);
            Crowd.all(crowd);
            world.awaitRest();
        }
    }
}
