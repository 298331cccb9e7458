package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.CircuitOpenException;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.testing.Rule;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A failing model is left alone, probed, and used again when it has healed. */
@ExtendWith(CanaryWatch.class)
class BreakerTest {

    private static final Duration OPEN = Duration.ofMillis(150);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final CallOptions ALONE =
            CallOptions.builder().useFallback(false).build();

    @ParameterizedTest
    @ValueSource(strings = {"status;code=501;body=text", "reset-before-headers", "html", "big-chunked-body;mib=17"})
    @Rule("R9")
    void it_opens_and_closes_again_once_the_upstream_is_healthy(String sickness) {
        try (World world = World.builder().breakerAfter(5, OPEN).build()) {
            world.server().script(CANDIDATE, sickness).script(BASELINE, "answer");
            Awaitility.await().until(() -> {
                assertThat(world.call().answered()).as("nobody notices").isTrue();
                return world.circuit(CANDIDATE) == CircuitState.OPEN;
            });
            int sent = world.attempts(CANDIDATE).size();
            assertThat(sent).isBetween(5, 6);

            Result refused = world.call(Face.CHAT, ALONE);
            assertThat(refused.exception()).isInstanceOf(CircuitOpenException.class);
            assertThat(refused.exception().retryAfter()).get().matches(wait -> wait.compareTo(OPEN) <= 0);
            assertThat(world.attempts(CANDIDATE)).as("left alone").hasSize(sent);

            world.server().script(CANDIDATE, "answer");
            Awaitility.await().atMost(SOON).until(() -> !world.call().response().degraded());

            assertThat(world.circuit(CANDIDATE)).isEqualTo(CircuitState.CLOSED);
            assertTransitionsAreLegal(world);
            for (int i = 0; i < 10; i++) {
                assertThat(world.call().response().model()).isEqualTo(CANDIDATE);
            }
        }
    }

    @Test
    @Rule("R9")
    void it_heals_from_whatever_it_went_through() {
        try (World world = World.builder()
                .breakerAfter(3, Duration.ofMillis(20))
                .agent(agent -> agent.throttle(new ThrottleSettings(4, 8, Duration.ofMillis(100), 0.5)))
                .build()) {
            world.server().script(CANDIDATE, DeadlineTest.mischief(5)).script(BASELINE, "answer");
            Crowd.of(8, caller -> {
                for (int i = 0; i < 15; i++) {
                    CompletableFuture<ChatResponse> future = world.registry()
                            .chatAsync(
                                    World.AGENT,
                                    World.prompt(),
                                    CallOptions.builder()
                                            .timeout(Duration.ofMillis(100))
                                            .build());
                    if (i % 4 == 0) {
                        future.cancel(true);
                    } else {
                        future.exceptionally(failed -> null).join();
                    }
                }
                return null;
            });

            world.server().script(CANDIDATE, "answer");

            Awaitility.await().atMost(SOON).until(() -> !world.call().response().degraded());
            assertTransitionsAreLegal(world);
            world.awaitRest();
        }
    }

    @Test
    @Rule("R9")
    void one_probe_at_a_time() {
        try (World world =
                World.builder().breakerAfter(1, Duration.ofMillis(50)).build()) {
            world.server().script(CANDIDATE, "status;code=501;body=text", "answer;after-ms=400", "answer");
            assertThat(world.call(Face.CHAT, ALONE).answered()).isFalse();
            Awaitility.await().atMost(SOON).until(() -> {
                CompletableFuture<ChatResponse> probe = world.registry().chatAsync(World.AGENT, World.prompt(), ALONE);
                return world.server()
                                .log()
                                .await(() -> world.attempts(CANDIDATE).size() == 2, Duration.ofMillis(20))
                        && !probe.isDone();
            });

            List<Result> others = Crowd.of(16, caller -> world.call(Face.CHAT, ALONE));

            assertThat(others)
                    .allSatisfy(other -> assertThat(other.exception()).isInstanceOf(CircuitOpenException.class));
            assertThat(world.attempts(CANDIDATE)).hasSize(2);
            assertThat(world.server().log().await(() -> world.circuit(CANDIDATE) == CircuitState.CLOSED, SOON))
                    .isTrue();
        }
    }

    @Test
    @Rule("R9")
    void a_cancelled_probe_is_followed_by_another() {
        try (World world =
                World.builder().breakerAfter(1, Duration.ofMillis(30)).build()) {
            world.server().script(CANDIDATE, "status;code=501;body=text", "silent");
            assertThat(world.call(Face.CHAT, ALONE).answered()).isFalse();
            Awaitility.await().atMost(SOON).until(() -> {
                CompletableFuture<ChatResponse> probe = world.registry().chatAsync(World.AGENT, World.prompt(), ALONE);
                boolean sent = world.server()
                        .log()
                        .await(() -> world.attempts(CANDIDATE).size() == 2, Duration.ofMillis(20));
                probe.cancel(true);
                return sent;
            });

            world.server().script(CANDIDATE, "answer");

            Awaitility.await().atMost(SOON).until(() -> world.call(Face.CHAT, ALONE)
                    .answered());
            assertTransitionsAreLegal(world);
        }
    }

    @Test
    @Rule("R9")
    void answers_of_calls_that_began_before_it_opened_do_not_close_it() {
        try (World world = World.builder()
                .breakerAfter(1, Duration.ofSeconds(30))
                .timeout(Duration.ofSeconds(5))
                .build()) {
            world.server()
                    .script(
                            CANDIDATE,
                            "answer;after-ms=300",
                            "answer;after-ms=300",
                            "answer;after-ms=300",
                            "status;code=501;body=text");
            List<CompletableFuture<ChatResponse>> slow = IntStream.range(0, 3)
                    .mapToObj(i -> world.registry().chatAsync(World.AGENT, World.prompt(), ALONE))
                    .toList();
            assertThat(world.server().log().awaitAttempts(CANDIDATE, 3, SOON)).isTrue();
            assertThat(world.call(Face.CHAT, ALONE).answered()).isFalse();
            assertThat(world.circuit(CANDIDATE)).isEqualTo(CircuitState.OPEN);

            slow.forEach(CompletableFuture::join);

            assertThat(world.call(Face.CHAT, ALONE).exception()).isInstanceOf(CircuitOpenException.class);
            assertThat(world.circuit(CANDIDATE)).isEqualTo(CircuitState.OPEN);
        }
    }

    @Test
    @Rule("R10")
    void neither_cancels_nor_refusals_nor_bad_requests_count() {
        try (World world = World.builder()
                .breakerAfter(2, OPEN)
                .agent(agent -> agent.throttle(new ThrottleSettings(1, 1, Duration.ofMillis(5), 1)))
                .build()) {
            world.server().script(CANDIDATE, "status;code=400;body=openai-bad");
            for (int i = 0; i < 25; i++) {
                assertThat(world.call(Face.CHAT, ALONE).answered()).isFalse();
            }
            world.server().script(CANDIDATE, "silent");
            for (int i = 0; i < 25; i++) {
                int sent = world.attempts(CANDIDATE).size();
                CompletableFuture<ChatResponse> future = world.registry().chatAsync(World.AGENT, World.prompt(), ALONE);
                assertThat(world.server().log().awaitAttempts(CANDIDATE, sent + 1, SOON))
                        .isTrue();
                // Refused by our own gate meanwhile.
                assertThat(world.call(Face.CHAT, ALONE).answered()).isFalse();
                future.cancel(true);
                world.awaitRest();
            }

            assertThat(world.events().of(Event.BreakerChanged.class)).isEmpty();
            world.server().script(CANDIDATE, "answer");
            assertThat(world.call(Face.CHAT, ALONE).answered()).isTrue();
        }
    }

    /** closed → open → half-open → closed or open; nothing else, and each begins where the one before ended. */
    private static void assertTransitionsAreLegal(World world) {
        CircuitState state = CircuitState.CLOSED;
        for (Event.BreakerChanged change : world.events().of(Event.BreakerChanged.class)) {
            if (!change.model().equals(CANDIDATE)) {
                continue;
            }
            assertThat(change.from()).as(change.toString()).isEqualTo(state);
            switch (change.from()) {
                case CLOSED -> assertThat(change.to()).isEqualTo(CircuitState.OPEN);
                case OPEN -> assertThat(change.to()).isEqualTo(CircuitState.HALF_OPEN);
                case HALF_OPEN -> assertThat(change.to()).isIn(CircuitState.OPEN, CircuitState.CLOSED);
                case LATCHED -> throw new AssertionError("Nothing latches here: " + change);
            }
            state = change.to();
        }
    }
}
