package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Variant;
import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.ContextLengthException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.UpstreamException;
import dev.understudy.event.Event;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The baseline answers for the candidate where it may, never where it may not, and never in disguise. */
@ExtendWith(CanaryWatch.class)
class FallbackTest {

    private static final String SICK = "status;code=503;body=text";

    static Stream<World.Builder> without() {
        return Stream.of(World.builder().useFallback(false), World.builder().agent(agent -> agent.useFallback(false)));
    }

    @ParameterizedTest
    @MethodSource("without")
    @Rule("R14")
    void without_use_fallback_the_baseline_gets_no_request(World.Builder builder) {
        try (World world = builder.build()) {
            world.server().script(CANDIDATE, SICK).script(BASELINE, "answer");

            assertThat(world.call().exception()).isInstanceOf(UpstreamException.class);

            assertThat(world.attempts(BASELINE)).isEmpty();
            assertThat(world.events().of(Event.FellBack.class)).isEmpty();
            assertThat(world.call(
                                    Face.CHAT,
                                    CallOptions.builder().useFallback(true).build())
                            .response()
                            .degraded())
                    .as("unless the call wants it")
                    .isTrue();
        }
    }

    @Test
    @Rule("R14")
    void the_kill_switch_keeps_everybody_from_the_candidate() {
        try (World world =
                World.builder().configuration(c -> c.useFinetuned(false)).build()) {
            world.server().script(CANDIDATE, "answer").script(BASELINE, "answer");
            for (CallOptions options : new CallOptions[] {
                CallOptions.DEFAULT,
                CallOptions.builder().useFinetuned(true).build(),
                CallOptions.builder().unit("anybody").build()
            }) {
                Result result = world.call(Face.CHAT, options);

                assertThat(result.response().model()).isEqualTo(BASELINE);
                assertThat(result.response().variant()).isEqualTo(Variant.BASELINE);
                assertThat(result.response().degraded()).isFalse();
            }
            assertThat(world.attempts(CANDIDATE)).isEmpty();
        }
    }

    @Test
    @Rule("R14")
    void a_failing_baseline_is_nobodys_fallback() {
        try (World world = World.of("answer", SICK)) {
            Result result = world.call(
                    Face.CHAT, CallOptions.builder().useFinetuned(false).build());

            assertThat(result.exception().model()).contains(BASELINE);
            assertThat(world.attempts(CANDIDATE)).isEmpty();
        }
    }

    @Test
    @Rule("R14")
    void a_prompt_that_is_too_long_goes_to_a_larger_window_only() {
        try (World world = World.builder().windows(8_192, 32_768).build()) {
            world.server()
                    .script(CANDIDATE, "status;code=400;body=openai-context")
                    .script(BASELINE, "answer");
            assertThat(world.call().response().degradedBecause()).contains(FailureKind.CONTEXT_LENGTH);
        }
        try (World world = World.builder().windows(32_768, 32_768).build()) {
            world.server()
                    .script(CANDIDATE, "status;code=400;body=openai-context")
                    .script(BASELINE, "answer");
            assertThat(world.call().exception()).isInstanceOf(ContextLengthException.class);
            assertThat(world.attempts(BASELINE)).isEmpty();
        }
    }

    @Test
    @Rule("R14")
    void what_a_content_filter_refused_falls_back_only_on_request() {
        try (World world = World.builder()
                .agent(agent -> agent.fallback(new FallbackSettings(null, 0.4, true)))
                .build()) {
            world.server()
                    .script(CANDIDATE, "status;code=400;body=azure-filter")
                    .script(BASELINE, "answer");
            assertThat(world.call().response().degradedBecause()).contains(FailureKind.CONTENT_FILTER);
        }
    }

    @Test
    @Rule("R15")
    void the_answer_says_who_gave_it_and_what_it_cost() {
        try (World world = World.of("answer;input=1000;output=500", "answer;input=2000;output=100")) {
            Result candidate = world.call();
            assertThat(candidate.response().model()).isEqualTo(CANDIDATE);
            assertThat(candidate.response().variant()).isEqualTo(Variant.CANDIDATE);
            assertThat(candidate.response().usage().inputTokens()).isEqualTo(1000);
            assertThat(candidate.response().usage().outputTokens()).isEqualTo(500);
            assertThat(candidate.response().cost()).isEqualTo((1000 * 2 + 500 * 4) / 1e6);
            assertThat(candidate.response().requestId()).isEqualTo("req-1");
            assertThat(candidate.response().latency()).isLessThanOrEqualTo(candidate.took());

            world.server().script(CANDIDATE, SICK);
            Result baseline = world.call();
            assertThat(baseline.response().model()).isEqualTo(BASELINE);
            assertThat(baseline.response().variant()).isEqualTo(Variant.CANDIDATE);
            assertThat(baseline.response().degraded()).isTrue();
            assertThat(baseline.response().usage().inputTokens()).isEqualTo(2000);
            assertThat(baseline.response().cost()).isEqualTo((2000 * 1 + 100 * 3) / 1e6);
            assertThat(baseline.response().requestId()).isEqualTo("req-4");
        }
    }

    @Test
    @Rule({"R15", "R25"})
    void every_degraded_answer_is_counted_as_one() {
        try (World world = World.builder().noBreaker().build()) {
            world.server().script(CANDIDATE, SICK).script(BASELINE, "answer");
            for (int i = 0; i < 10; i++) {
                assertThat(world.call().response().degraded()).isTrue();
            }

            assertThat(world.count("model.requests", "outcome", "degraded")).isEqualTo(10);
            assertThat(world.count("model.requests", "outcome", "success")).isZero();
            assertThat(world.count("model.fallbacks", "reason", "upstream")).isEqualTo(10);
        }
    }

    @Test
    @Rule("R16")
    void an_open_breaker_is_the_first_cause_where_it_was() {
        try (World world =
                World.builder().breakerAfter(1, Duration.ofSeconds(30)).build()) {
            world.server().script(CANDIDATE, "status;code=501;body=text").script(BASELINE, "status;code=501;body=text");
            assertThat(world.call().exception()).isInstanceOf(UpstreamException.class);

            Result result = world.call();

            assertThat(result.exception()).isInstanceOf(CircuitOpenException.class);
            assertThat(result.exception().model()).contains(CANDIDATE);
            assertThat(Arrays.asList(result.exception().getSuppressed()))
                    .singleElement()
                    .isInstanceOf(CircuitOpenException.class);
            assertThat(world.server().log().attempts()).hasSize(2);
        }
    }
}
