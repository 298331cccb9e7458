package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.error.OverloadedException;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.tests.hostile.Fault;
import dev.understudy.tests.hostile.Reply;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider says is left of its rate limits, over a real socket: the server's log decides. */
@ExtendWith(CanaryWatch.class)
@Rule("R12")
class QuotaTest {

    private static final CallOptions ALONE =
            CallOptions.builder().useFallback(false).build();
    private static final Duration RESET = Duration.ofMillis(600);

    @BeforeAll
    static void warmUp() {
        World.warmUp();
    }

    /** Waits for up to two seconds. */
    private static World patient() {
        return World.builder()
                .timeout(Duration.ofSeconds(4))
                .agent(agent -> agent.throttle(new ThrottleSettings(8, 16, Duration.ofSeconds(2), 0.9)))
                .build();
    }

    private static Fault answer(String... headers) {
        return with(Reply.completion("hello"), headers);
    }

    private static Fault with(Reply reply, String... headers) {
        Reply whole = reply;
        for (int i = 0; i < headers.length; i += 2) {
            whole = whole.with(headers[i], headers[i + 1]);
        }
        byte[] bytes = whole.bytes();
        return exchange -> exchange.finish(bytes);
    }

    private static Duration pause(World world) {
        List<Attempt> attempts = world.attempts(CANDIDATE);
        assertThat(attempts).hasSize(2);
        return Duration.ofNanos(attempts.get(1).arrivedNanos() - attempts.get(0).endedNanos());
    }

    @ParameterizedTest
    @CsvSource({
        "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, 600ms",
        "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, 0.6",
        "x-ratelimit-remaining-tokens,   x-ratelimit-reset-tokens,   0m0.6s",
        "ratelimitbysize-remaining,      ratelimitbysize-reset,      0.6",
    })
    void after_an_answer_that_leaves_nothing_nothing_is_sent_before_the_reset(
            String remaining, String reset, String value) {
        try (World world = patient()) {
            world.server().script(CANDIDATE, answer(remaining, "0", reset, value), answer());

            assertThat(world.call(Face.CHAT, ALONE).response().model()).isEqualTo(CANDIDATE);
            assertThat(world.call(Face.CHAT, ALONE).response().model()).isEqualTo(CANDIDATE);

            assertThat(pause(world)).isBetween(RESET, RESET.plusMillis(700));
        }
    }

    @Test
    void an_error_says_it_as_well() {
        try (World world = patient()) {
            Reply unavailable = Reply.of(503, "{\"error\":{\"message\":\"busy\"}}");
            world.server()
                    .script(
                            CANDIDATE,
                            with(
                                    unavailable,
                                    "x-ratelimit-remaining-requests",
                                    "0",
                                    "x-ratelimit-reset-requests",
                                    "600ms"),
                            answer());

            assertThat(world.call(Face.CHAT, ALONE).response().attempts()).isEqualTo(2);

            assertThat(pause(world)).isBetween(RESET, RESET.plusMillis(700));
        }
    }

    @Test
    void a_stream_says_it_before_it_speaks() {
        try (World world = patient()) {
            world.server()
                    .script(
                            CANDIDATE,
                            answer("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "600ms"),
                            answer());

            assertThat(world.call(Face.STREAM, ALONE).response().model()).isEqualTo(CANDIDATE);
            assertThat(world.call(Face.STREAM, ALONE).response().model()).isEqualTo(CANDIDATE);

            assertThat(pause(world)).isBetween(RESET, RESET.plusMillis(700));
        }
    }

    @Test
    void fewer_tokens_than_the_next_call_needs_hold_it_back_too() {
        try (World world = patient()) {
            world.server()
                    .script(
                            CANDIDATE,
                            answer("x-ratelimit-remaining-tokens", "20", "x-ratelimit-reset-tokens", "600ms"),
                            answer());

            world.call(Face.CHAT, ALONE).response();
            world.call(Face.CHAT, ALONE).response();

            assertThat(pause(world)).isBetween(RESET, RESET.plusMillis(700));
        }
    }

    @Test
    @Rule("R7")
    void a_reset_that_is_too_far_away_means_the_baseline_now_and_no_request() {
        try (World world = World.builder().build()) {
            world.server()
                    .script(
                            CANDIDATE,
                            answer("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "30s"))
                    .script(BASELINE, "answer");
            assertThat(world.call().response().model()).isEqualTo(CANDIDATE);

            Result result = world.call();

            assertThat(result.response().model()).isEqualTo(BASELINE);
            assertThat(result.took()).isLessThan(Duration.ofMillis(200));
            OverloadedException refusal =
                    (OverloadedException) world.call(Face.CHAT, ALONE).exception();
            assertThat(refusal.guard()).isEqualTo("rate-limit");
            assertThat(refusal.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(28), Duration.ofSeconds(30));
            assertThat(refusal).hasMessageContaining("not enough left of its quota");
            assertThat(world.attempts(CANDIDATE)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-5s", "soon", "9999h", "1722556800", "0", "ⅷs"})
    void absurd_words_hold_nobody_back(String reset) {
        try (World world = World.builder().build()) {
            world.server()
                    .script(
                            CANDIDATE,
                            answer("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", reset));
            for (int i = 0; i < 3; i++) {
                assertThat(world.call(Face.CHAT, ALONE).response().model()).isEqualTo(CANDIDATE);
            }
        }
    }

    @Test
    void what_is_left_is_sent_and_not_more() {
        try (World world = World.builder().build()) {
            world.server()
                    .script(
                            CANDIDATE,
                            answer(
                                    "x-ratelimit-limit-requests", "100",
                                    "x-ratelimit-remaining-requests", "3",
                                    "x-ratelimit-reset-requests", "40s"),
                            answer())
                    .script(BASELINE, "answer");
            for (int i = 0; i < 10; i++) {
                assertThat(world.call().answered()).isTrue();
            }
            assertThat(world.attempts(CANDIDATE)).hasSize(4);
            assertThat(world.attempts(BASELINE)).hasSize(6);
        }
    }
}
