package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.error.FailureKind;
import dev.understudy.error.OverloadedException;
import dev.understudy.error.TransportException;
import dev.understudy.error.UpstreamException;
import dev.understudy.event.Event;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another attempt where it makes sense, never too many, and never earlier than the upstream asked for. */
@ExtendWith(CanaryWatch.class)
class RetryTest {

    private static final CallOptions ALONE =
            CallOptions.builder().useFallback(false).build();

    @Test
    void a_hiccup_is_not_noticed() {
        for (String hiccup : List.of("reset-before-headers", "status;code=500;body=empty", "json-cut", "cut-body")) {
            try (World world = builder().build()) {
                world.server().script(CANDIDATE, hiccup, "answer");

                Result result = world.call();

                assertThat(result.response().model()).as(hiccup).isEqualTo(CANDIDATE);
                assertThat(result.response().degraded()).isFalse();
                assertThat(result.response().attempts()).isEqualTo(2);
            }
        }
    }

    @Test
    @Rule("R11")
    void when_everything_fails_the_upstream_sees_little_more_than_the_calls() {
        try (World world = builder()
                .baselineOnly()
                .noBreaker()
                .agent(agent -> agent.throttle(new ThrottleSettings(20, 200, Duration.ofSeconds(2), 1)))
                .build()) {
            world.server().script(BASELINE, "status;code=503;body=text");
            int calls = 8 * 50;

            Crowd.of(8, caller -> {
                for (int i = 0; i < 50; i++) {
                    assertThat(world.call().exception()).isInstanceOf(UpstreamException.class);
                }
                return null;
            });

            int attempts = world.attempts(BASELINE).size();
            assertThat(attempts).isLessThanOrEqualTo((int) (1.1 * calls) + 180);
            assertThat(attempts).as("and some were tried again").isGreaterThan(calls);
            assertThat(world.events().of(Event.CallFinished.class))
                    .allMatch(call -> call.attempts() >= 1 && call.attempts() <= 4);
            assertAttemptsAgree(world);
        }
    }

    @Test
    @Rule("R11")
    void when_candidate_and_baseline_fail_no_call_makes_more_than_four_attempts() {
        try (World world = builder()
                .noBreaker()
                .agent(agent -> agent.throttle(new ThrottleSettings(20, 200, Duration.ofSeconds(2), 1)))
                .build()) {
            world.server().script(CANDIDATE, "status;code=503;body=text").script(BASELINE, "reset-before-headers");
            int calls = 8 * 40;

            Crowd.of(8, caller -> {
                for (int i = 0; i < 40; i++) {
                    assertThat(world.call().exception()).isInstanceOf(UpstreamException.class);
                }
                return null;
            });

            assertThat(world.events().of(Event.CallFinished.class))
                    .allMatch(call -> call.attempts() >= 2 && call.attempts() <= 4);
            int retries = world.server().log().attempts().size() - 2 * calls;
            assertThat(retries).isLessThanOrEqualTo((int) (0.1 * 2 * calls) + 180);
            assertAttemptsAgree(world);
        }
    }

    /** R11: three books of the same attempts, and the server's. */
    private static void assertAttemptsAgree(World world) {
        assertThat(attemptsInAllBooks(world))
                .isEqualTo(world.server().log().attempts().size());
    }

    /** The attempts, in events, metric and calls; the books must agree. */
    static int attemptsInAllBooks(World world) {
        world.awaitRest();
        int attempts = world.events().of(Event.AttemptFinished.class).size();
        assertThat(world.count("model.attempts")).isEqualTo(attempts);
        assertThat(world.events().of(Event.CallFinished.class).stream()
                        .mapToInt(Event.CallFinished::attempts)
                        .sum())
                .isEqualTo(attempts);
        return attempts;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"status;code=429;body=openai-rate", "status;code=503;body=text", "status;code=408;body=empty"})
    @Rule("R12")
    void never_earlier_than_asked_for(String status) {
        try (World world = builder().timeout(Duration.ofSeconds(4)).build()) {
            world.server().script(CANDIDATE, status + ";retry-after=1", "answer");

            Result result = world.call();

            assertThat(result.response().model()).isEqualTo(CANDIDATE);
            assertPause(world, Duration.ofSeconds(1));
        }
        try (World world = builder().build()) {
            world.server().script(CANDIDATE, status + ";retry-after-ms=120;retry-after=30", "answer");

            assertThat(world.call(Face.CHAT, ALONE).response().model()).isEqualTo(CANDIDATE);
            assertPause(world, Duration.ofMillis(120));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status;code=429;body=openai-rate", "status;code=503;body=text"})
    @Rule("R12")
    void a_date_is_waited_for_as_well(String status) {
        try (World world = builder().timeout(Duration.ofSeconds(5)).build()) {
            // A date knows no fractions: this is one to two seconds from now.
            Instant date = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.SECONDS);
            world.server()
                    .script(
                            CANDIDATE,
                            status + ";retry-after="
                                    + DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atZone(ZoneOffset.UTC)),
                            "answer");
            Instant start = Instant.now();
            long startNanos = System.nanoTime();

            assertThat(world.call(Face.CHAT, ALONE).response().model()).isEqualTo(CANDIDATE);

            long arrived = world.attempts(CANDIDATE).get(1).arrivedNanos() - startNanos;
            assertThat(start.plusNanos(arrived)).isBetween(date, date.plusSeconds(1));
        }
    }

    private static void assertPause(World world, Duration asked) {
        List<Attempt> attempts = world.attempts(CANDIDATE);
        assertThat(attempts).hasSize(2);
        long pause = attempts.get(1).arrivedNanos() - attempts.get(0).endedNanos();
        assertThat(Duration.ofNanos(pause)).isBetween(asked, asked.plusSeconds(1));
    }

    @Test
    @Rule("R12")
    void a_pause_asked_of_one_call_holds_for_all() {
        try (World world = builder()
                .agent(agent -> agent.throttle(new ThrottleSettings(8, 16, Duration.ofSeconds(2), 0.25)))
                .build()) {
            world.server().script(CANDIDATE, "status;code=429;body=openai-rate;retry-after-ms=700", "answer");
            world.server().script(BASELINE, "answer");
            assertThat(world.call().response().model()).isEqualTo(BASELINE);
            long told = world.attempts(CANDIDATE).get(0).endedNanos();

            while (world.attempts(CANDIDATE).size() == 1) {
                assertThat(world.call().answered()).isTrue();
            }

            long pause = world.attempts(CANDIDATE).get(1).arrivedNanos() - told;
            assertThat(Duration.ofNanos(pause)).isBetween(Duration.ofMillis(700), Duration.ofMillis(1_500));
        }
    }

    @Test
    @Rule("R12")
    void what_is_too_long_to_wait_for_means_the_baseline_now() {
        String inAnHour = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
        for (String retryAfter : List.of("86400", "3600", "5", inAnHour)) {
            for (String status : List.of("status;code=429;body=openai-rate", "status;code=503;body=text")) {
                Duration took = Duration.ZERO;
                for (int i = 0; i < 2; i++) { // once to load the classes
                    try (World world = builder().build()) {
                        world.server().script(CANDIDATE, status + ";retry-after=" + retryAfter);
                        world.server().script(BASELINE, "answer");

                        Result result = world.call();

                        assertThat(result.response().model()).isEqualTo(BASELINE);
                        assertThat(world.attempts(CANDIDATE)).hasSize(1);
                        took = result.took();
                    }
                }
                assertThat(took).as(status + " " + retryAfter).isLessThan(Duration.ofMillis(100));
            }
        }
    }

    @Test
    @Rule("R12")
    void without_a_fallback_it_fails_now() {
        try (World world = builder().build()) {
            world.server().script(CANDIDATE, "status;code=429;body=openai-rate;retry-after=86400");

            Result result = world.call(Face.CHAT, ALONE);

            assertThat(result.exception().kind()).isEqualTo(FailureKind.RATE_LIMITED);
            assertThat(result.exception().retryAfter()).contains(Duration.ofDays(1));
            assertThat(result.took()).isLessThan(Duration.ofMillis(500));
            assertThat(world.call(Face.CHAT, ALONE).exception()).isInstanceOf(OverloadedException.class);
            assertThat(world.attempts(CANDIDATE)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "-99999999999999999999",
                "soon",
                "NaN",
                "1e9",
                "0x10",
                "99999999999999999999",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "Wed, 99 Foo 2065 99:99:99 GMT",
                "0"
            })
    @Rule("R12")
    void absurd_values_are_ignored(String retryAfter) {
        try (World world = builder().build()) {
            world.server().script(CANDIDATE, "status;code=503;body=text;retry-after=" + retryAfter, "answer");

            Result result = world.call();

            assertThat(result.response().model()).isEqualTo(CANDIDATE);
            assertThat(result.took()).isLessThan(Duration.ofMillis(500));
            assertThat(world.attempts(CANDIDATE)).hasSize(2);
        }
    }

    @Test
    @Rule("R16")
    void of_several_failures_the_first_is_told_and_carries_the_others() {
        try (World world = builder().build()) {
            world.server().script(CANDIDATE, "reset-before-headers", "status;code=500;body=empty", "html");

            Result result = world.call(Face.CHAT, ALONE);

            assertThat(result.exception()).isInstanceOf(TransportException.class);
            assertThat(result.exception().getSuppressed()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close-on-reuse", "reset-on-reuse", "answer-then-close", "poisoned-keep-alive"})
    void a_connection_that_dies_between_two_calls_is_not_noticed(String race) {
        try (World world = builder().noBreaker().build()) {
            world.server().script(CANDIDATE, race).script(BASELINE, "answer");
            for (int i = 0; i < 20; i++) {
                Result result = world.call();

                assertThat(result.response().model()).isEqualTo(CANDIDATE);
                assertThat(result.response().text()).contains(Canaries.ANSWER);
            }
            if (!race.equals("answer-then-close")) { // what is sent to a closed socket never arrives
                assertAttemptsAgree(world);
            }
        }
    }

    private static World.Builder builder() {
        return World.builder();
    }
}
