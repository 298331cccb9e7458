package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.OverloadedException;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every line of {@code faults.txt}, by every face, with a fallback, without one, and where the fallback fails as well. */
@ExtendWith(CanaryWatch.class)
class FaultTableTest {

    /** R1: the most that a call may take beyond its time-out. */
    private static final Duration LATE = Duration.ofMillis(250);

    static Stream<Arguments> everyCaseAndFace() {
        return FaultCase.all().stream().flatMap(fault -> Face.all().stream().map(face -> Arguments.of(fault, face)));
    }

    /** A stream that fails with its fallback fails as it does without: that is not played a third time. */
    static Stream<Arguments> everyCaseAndFaceButStreams() {
        return everyCaseAndFace().filter(arguments -> arguments.get()[1] != Face.STREAM);
    }

    @Test
    void there_are_more_than_a_hundred_cases_and_none_is_there_twice() {
        assertThat(FaultCase.all()).hasSizeGreaterThan(100).doesNotHaveDuplicates();
        assertThat(FaultCase.all()).extracting(FaultCase::fault).doesNotHaveDuplicates();
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyCaseAndFace")
    @Rule({"R1", "R3", "R11", "R14", "R15", "R25", "R28"})
    void with_a_fallback(FaultCase fault, Face face) {
        try (World world = world(fault, 100)) {
            world.server().script(CANDIDATE, fault.fault()).script(BASELINE, "answer");

            check(world, face, CallOptions.DEFAULT, result -> {
                if (fault.answered()) {
                    assertCandidateAnswered(fault, world, result);
                } else if (fault.fallsBack()) {
                    assertBaselineAnswered(fault, world, result);
                } else {
                    assertFailed(fault, result);
                    assertThat(world.attempts(CANDIDATE)).hasSize(1);
                    assertThat(world.attempts(BASELINE)).isEmpty();
                }
                assertRules(fault, world, result);
            });
        }
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyCaseAndFace")
    @Rule({"R1", "R9", "R10", "R11", "R14", "R25", "R28"})
    void without_a_fallback(FaultCase fault, Face face) {
        // The breaker opens with the last attempt that the call may make, and not before.
        try (World world = world(fault, fault.attemptsWithoutFallback())) {
            world.server().script(CANDIDATE, fault.fault()).script(BASELINE, "answer");

            check(world, face, CallOptions.builder().useFallback(false).build(), result -> {
                if (fault.answered()) {
                    assertCandidateAnswered(fault, world, result);
                } else {
                    assertFailed(fault, result);
                    assertThat(world.attempts(CANDIDATE)).hasSize(fault.attemptsWithoutFallback());
                }
                assertThat(world.attempts(BASELINE)).as("R14").isEmpty();
                assertRules(fault, world, result);
                assertLearnt(fault, world);
            });
        }
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyCaseAndFaceButStreams")
    @Rule({"R1", "R11", "R16", "R25", "R28"})
    void with_a_fallback_that_fails_too(FaultCase fault, Face face) {
        try (World world = world(fault, 100)) {
            world.server().script(CANDIDATE, fault.fault()).script(BASELINE, "status;code=503;body=text");

            check(world, face, CallOptions.DEFAULT, result -> {
                if (fault.answered()) {
                    assertCandidateAnswered(fault, world, result);
                } else {
                    ChatException told = assertFailed(fault, result);
                    if (fault.fallsBack()) {
                        assertThat(world.attempts(CANDIDATE)).hasSize(fault.attemptsWithFallback());
                        assertThat(world.attempts(BASELINE)).hasSize(fault.retried() ? 2 : 3);
                        assertThat(told.getSuppressed())
                                .as("R16: what became of the fallback")
                                .anySatisfy(second -> assertThat(((ChatException) second).model())
                                        .contains(BASELINE));
                    } else {
                        assertThat(world.attempts(BASELINE)).isEmpty();
                    }
                }
                assertRules(fault, world, result);
            });
        }
    }

    /** Calls and looks; where something is not as it should be, the exception is told as well. */
    private static void check(World world, Face face, CallOptions options, Consumer<Result> assertions) {
        Result result = world.call(face, options);
        try {
            assertions.accept(result);
        } catch (AssertionError wrong) {
            if (result.failure() != null && wrong.getCause() == null) {
                wrong.addSuppressed(result.failure());
            }
            throw wrong;
        }
    }

    private static Duration timeout(FaultCase fault) {
        return switch (fault.kind()) {
            case "TIMEOUT" -> Duration.ofMillis(600);
            case "TOO_LARGE" -> Duration.ofSeconds(10); // 16 MiB take a while on a busy machine
            case "RATE_LIMITED" -> Duration.ofSeconds(1); // less than any pause that is asked for leaves room for
            default -> Duration.ofSeconds(4);
        };
    }

    private static World world(FaultCase fault, int breakerAfter) {
        return World.builder()
                .timeout(timeout(fault))
                .breakerAfter(breakerAfter, Duration.ofSeconds(30))
                .build();
    }

    private static void assertCandidateAnswered(FaultCase fault, World world, Result result) {
        assertThat(result.response().model()).isEqualTo(CANDIDATE);
        assertThat(result.response().degraded()).isFalse();
        assertThat(result.response().truncated()).isEqualTo(fault.kind().equals("truncated"));
        assertThat(result.response().attempts()).isEqualTo(1);
        assertThat(result.response().text().isEmpty()
                        && result.response().toolCalls().isEmpty())
                .as("says nothing")
                .isFalse();
        assertThat(world.attempts(CANDIDATE)).hasSize(1);
        assertThat(world.attempts(BASELINE)).isEmpty();
    }

    private static void assertBaselineAnswered(FaultCase fault, World world, Result result) {
        assertThat(result.response().model()).as("R15").isEqualTo(BASELINE);
        assertThat(result.response().variant()).as("R15").isEqualTo(Variant.CANDIDATE);
        assertThat(result.response().degraded()).as("R15").isTrue();
        assertThat(result.response().degradedBecause()).as("R15").contains(fault.failure());
        assertThat(result.response().attempts()).isEqualTo(fault.attemptsWithFallback() + 1);
        assertThat(result.response().usage().inputTokens()).isEqualTo(10);
        // What the candidate's failed attempts reported is on the bill, too.
        double inVain = world.events().of(Event.AttemptFinished.class).stream()
                .filter(attempt -> attempt.model().equals(CANDIDATE))
                .mapToDouble(attempt ->
                        (attempt.usage().inputTokens() * 2 + attempt.usage().outputTokens() * 4) / 1e6)
                .sum();
        assertThat(result.response().cost()).isCloseTo((10 * 1 + 5 * 3) / 1e6 + inVain, within(1e-12));
        assertThat(result.response().text()).contains(Canaries.ANSWER);
        assertThat(world.attempts(CANDIDATE)).hasSize(fault.attemptsWithFallback());
        assertThat(world.attempts(BASELINE)).hasSize(1);
    }

    private static ChatException assertFailed(FaultCase fault, Result result) {
        ChatException told = result.exception();
        assertThat(told.getClass().getSimpleName()).isEqualTo(fault.surfaces());
        assertThat(told.kind()).isEqualTo(fault.failure());
        assertThat(told.model()).as("R16: whose fault it was").contains(CANDIDATE);
        return told;
    }

    /** What holds whatever happened. */
    private static void assertRules(FaultCase fault, World world, Result result) {
        assertThat(result.took()).as("R1").isLessThan(timeout(fault).plus(LATE));

        List<Attempt> attempts = world.server().log().attempts();
        assertThat(attempts).as("R11").hasSizeLessThanOrEqualTo(4);
        assertThat(world.events().of(Event.AttemptFinished.class)).as("R11").hasSameSizeAs(attempts);
        assertThat(attempts).as("each with its key").allMatch(Attempt::keyArrived);

        List<Event.CallFinished> finished = world.events().of(Event.CallFinished.class);
        assertThat(finished).as("R25").hasSize(1);
        Outcome outcome =
                result.answered() ? result.response().degraded() ? Outcome.DEGRADED : Outcome.SUCCESS : Outcome.ERROR;
        assertThat(finished.get(0).outcome()).as("R25").isEqualTo(outcome);
        assertThat(finished.get(0).attempts()).as("R11").isEqualTo(attempts.size());

        assertThat(world.events().of(Event.Alert.class).stream()
                        .filter(alert -> alert.model().equals(CANDIDATE))
                        .toList())
                .hasSize(fault.alerts() ? 1 : 0);
        assertThat(world.scrape())
                .as("R25: gauges at rest")
                .doesNotContainPattern("model_(inflight|queue)\\{[^}]*} [^0]");

        if (!result.answered()) {
            CanaryWatch.check(result.exception());
            CanaryWatch.check("An exception", result.exception().toString());
            CanaryWatch.check("An origin", result.exception().origin().toString());
        } else {
            CanaryWatch.check("A response", result.response().toString());
        }
        CanaryWatch.check("The scrape", world.scrape());
        CanaryWatch.check("An event", world.events().all().toString());
        CanaryWatch.check("Health", world.registry().health(World.AGENT).toString());
        CanaryWatch.check("A choice", world.registry().model(World.AGENT).toString());
        CanaryWatch.check("The registry", world.registry().toString());
        CanaryWatch.check("The configuration", world.configuration().toString());
        CanaryWatch.checkThreads();
    }

    private static void assertLearnt(FaultCase fault, World world) {
        CircuitState expected =
                switch (fault.breaker()) {
                    case "failure" -> CircuitState.OPEN;
                    case "latch" -> CircuitState.LATCHED;
                    case "limiter", "none" -> CircuitState.CLOSED;
                    default -> throw new IllegalArgumentException(fault.breaker());
                };
        assertThat(world.circuit(CANDIDATE)).isEqualTo(expected);
        if (fault.breaker().equals("limiter")) {
            int before = world.attempts(CANDIDATE).size();
            Result next = world.call(
                    Face.CHAT, CallOptions.builder().useFallback(false).build());
            assertThat(next.exception()).isInstanceOf(OverloadedException.class);
            assertThat(((OverloadedException) next.exception()).guard()).isEqualTo("rate-limit");
            assertThat(world.attempts(CANDIDATE)).hasSize(before);
        }
    }
}
