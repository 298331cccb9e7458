package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The candidate says nothing: it gets one attempt, and the baseline answers in time. */
@ExtendWith(CanaryWatch.class)
@Rule("R3")
class SilentCandidateTest {

    private static final Duration IN_TIME = Duration.ofMillis(1_050);

    @ParameterizedTest
    @ValueSource(
            strings = {"silent", "stall-mid-headers", "stall-after-headers", "stall-mid-body", "drip-body;every-ms=300"
            })
    void the_baseline_answers_within_the_time_out(String silence) {
        // As slow as the reserve allows, less what a busy machine may take.
        try (World world = World.of(silence, "answer;after-ms=150")) {
            for (Face face : Face.all()) {
                world.server().log().clear();

                Result result = world.call(face, CallOptions.DEFAULT);

                assertThat(result.response().model()).isEqualTo(BASELINE);
                assertThat(result.response().degradedBecause()).contains(FailureKind.TIMEOUT);
                assertThat(result.took()).isLessThan(IN_TIME);
                assertThat(world.attempts(CANDIDATE)).hasSize(1);
                assertThat(world.attempts(BASELINE)).hasSize(1);
            }
        }
    }

    @Test
    void a_baseline_that_is_known_to_be_slow_gets_the_time_it_needs() {
        try (World world = World.builder()
                .timeout(Duration.ofSeconds(2))
                .agent(agent -> agent.maxConcurrent(64))
                .build()) {
            // More than the 40 % that are its own as long as nothing is known.
            world.server().script(CANDIDATE, "silent").script(BASELINE, "answer;after-ms=900");
            CallOptions baseline = CallOptions.builder().useFinetuned(false).build();
            Crowd.of(64, caller -> world.call(Face.CHAT, baseline).response());
            world.server().log().clear();

            Result result = world.call();

            assertThat(result.response().model()).isEqualTo(BASELINE);
            assertThat(result.took()).isLessThan(Duration.ofMillis(2_050));
            assertThat(world.attempts(CANDIDATE)).hasSize(1);
            assertThat(world.attempts(CANDIDATE).get(0).duration()).isLessThan(Duration.ofMillis(1_100));
        }
    }

    @Test
    void a_crowd_with_a_silent_candidate_is_answered_in_time() {
        try (World world = World.of("silent", "answer")) {
            List<Result> results = Crowd.of(8, caller -> world.call());

            assertThat(results).allMatch(Result::answered);
            assertThat(results).allMatch(result -> result.took().compareTo(IN_TIME) < 0);
            assertThat(world.attempts(CANDIDATE)).hasSizeLessThanOrEqualTo(8);
        }
    }
}
