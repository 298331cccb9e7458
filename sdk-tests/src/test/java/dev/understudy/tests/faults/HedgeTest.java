package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.error.FailureKind;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A hedged call as the server sees it: both are asked, one answers, and the other's connection is closed at once. */
@ExtendWith(CanaryWatch.class)
class HedgeTest {

    private static final Duration AFTER = Duration.ofMillis(150);
    private static final Duration AT_ONCE = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final CallOptions PATIENT =
            CallOptions.builder().timeout(Duration.ofSeconds(20)).build();

    @BeforeAll
    static void warmUp() {
        World.warmUp();
    }

    private static World world(String candidate, String baseline) {
        World world = World.builder()
                .timeout(Duration.ofSeconds(20))
                .agent(agent -> agent.hedge(new HedgeSettings(AFTER, 1)))
                .build();
        world.server().script(CANDIDATE, candidate).script(BASELINE, baseline);
        return world;
    }

    static List<Face> faces() {
        return Face.all();
    }

    @ParameterizedTest
    @MethodSource("faces")
    @Rule({"R4", "R11"})
    void a_silent_candidate_is_left_when_the_baseline_has_answered(Face face) {
        try (World world = world("silent", face == Face.STREAM ? "stream" : "answer")) {
            long began = System.nanoTime();
            Result result = world.call(face, PATIENT);

            assertThat(result.response().model()).isEqualTo(BASELINE);
            assertThat(result.response().degradedBecause()).hasValue(FailureKind.OUTRUN);
            assertThat(result.took()).isLessThan(Duration.ofSeconds(10));
            assertClosed(world, CANDIDATE);
            assertThat(world.attempts(BASELINE).get(0).arrivedNanos() - began)
                    .as("the baseline is asked when the candidate is late, and not before")
                    .isGreaterThanOrEqualTo(AFTER.toNanos());
            assertThat(world.count("model.hedges", "result", "won")).isEqualTo(1);
            assertThat(world.count("model.attempts", "model", CANDIDATE, "outcome", "outrun"))
                    .isEqualTo(1);
            assertThat(world.count("model.fallbacks")).isZero();
            countedExactly(world, 1, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("faces")
    @Rule({"R4", "R11"})
    void a_silent_baseline_is_left_when_the_candidate_has_answered_after_all(Face face) {
        String late = face == Face.STREAM ? "stream;first-ms=1500" : "answer;after-ms=1500";
        try (World world = world(late, "silent")) {
            Result result = world.call(face, PATIENT);

            assertThat(result.response().model()).isEqualTo(CANDIDATE);
            assertThat(result.response().degraded()).isFalse();
            assertClosed(world, BASELINE);
            assertThat(world.count("model.hedges", "result", "lost")).isEqualTo(1);
            countedExactly(world, 1, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Face.class,
            names = {"CHAT", "STREAM"})
    @Rule("R11")
    void a_candidate_in_time_is_alone(Face face) {
        try (World world = world(face == Face.STREAM ? "stream" : "answer", "answer")) {
            for (int i = 0; i < 20; i++) {
                assertThat(world.call(face, PATIENT).response().model()).isEqualTo(CANDIDATE);
            }
            assertThat(world.attempts(BASELINE)).isEmpty();
            countedExactly(world, 20, 0);
        }
    }

    private static void assertClosed(World world, String model) {
        long ended = System.nanoTime();
        assertThat(world.server()
                        .log()
                        .await(
                                () -> world.attempts(model).stream().allMatch(left -> left.closedByPeerNanos() != 0),
                                SOON))
                .as("closed at all")
                .isTrue();
        for (Attempt left : world.attempts(model)) {
            assertThat(Duration.ofNanos(left.closedByPeerNanos() - ended))
                    .as(left.toString())
                    .isLessThan(AT_ONCE);
        }
        world.awaitRest();
    }

    private static void countedExactly(World world, int candidate, int baseline) {
        world.awaitRest();
        assertThat(world.attempts(CANDIDATE)).hasSize(candidate);
        assertThat(world.attempts(BASELINE)).hasSize(baseline);
        assertThat(world.server().log().await(() -> world.count("model.attempts") == candidate + baseline, SOON))
                .isTrue();
    }
}
