package dev.understudy.tests.simulation;

import static dev.understudy.tests.simulation.HedgedWorld.AGENT;
import static dev.understudy.tests.simulation.HedgedWorld.PROMPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.event.Outcome;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A candidate that is late, and a baseline that is asked besides: who is first answers, and the other is given up. */
@Timeout(60)
class HedgedCallTest {

    static LongStream orders() {
        return LongStream.range(0, 25);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void the_baseline_answers_for_a_candidate_that_is_late_and_the_candidate_is_given_up(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.hangs();
        world.baseline.answersAfter(Duration.ofMillis(80), "understudy");
        world.play(() -> {
            long took = world.millis(() -> {
                ChatResponse answer = world.registry.chat(AGENT, PROMPT);
                assertThat(answer.text()).isEqualTo("understudy");
                assertThat(answer.model()).isEqualTo("baseline");
                assertThat(answer.degraded()).isTrue();
                assertThat(answer.degradedBecause()).hasValue(FailureKind.OUTRUN);
                assertThat(answer.attempts()).isEqualTo(2);
                assertThat(answer.latency()).isEqualTo(Duration.ofMillis(180));
            });
            assertThat(took).isEqualTo(180);
        });
        assertThat(world.attempts("candidate")).hasSize(1);
        assertThat(world.attempts("candidate").get(0).failure()).isEqualTo(FailureKind.OUTRUN);
        assertThat(world.attempts("candidate").get(0).latencyNanos())
                .isEqualTo(Duration.ofMillis(180).toNanos());
        assertThat(world.finished().outcome()).isEqualTo(Outcome.DEGRADED);
        assertThat(world.hedges()).containsExactly(HedgeResult.WON);
        assertThat(world.events.of(Event.FellBack.class))
                .as("nothing has failed")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void a_candidate_that_is_late_and_still_first_answers_and_the_baseline_is_given_up(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofMillis(150), "lead");
        world.baseline.answersAfter(Duration.ofMillis(80), "understudy");
        world.play(() -> assertThat(world.millis(() -> {
                    ChatResponse answer = world.registry.chat(AGENT, PROMPT);
                    assertThat(answer.text()).isEqualTo("lead");
                    assertThat(answer.degraded()).isFalse();
                    assertThat(answer.attempts()).isEqualTo(2);
                }))
                .isEqualTo(150));
        assertThat(world.attempts("baseline")).hasSize(1);
        assertThat(world.attempts("baseline").get(0).failure()).isEqualTo(FailureKind.OUTRUN);
        assertThat(world.attempts("baseline").get(0).latencyNanos())
                .isEqualTo(Duration.ofMillis(50).toNanos());
        assertThat(world.hedges()).containsExactly(HedgeResult.LOST);
        assertThat(world.finished().outcome()).isEqualTo(Outcome.SUCCESS);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void who_answers_in_time_is_not_hedged(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofMillis(99), "lead");
        world.baseline.answers("understudy");
        world.play(() -> {
            for (int i = 0; i < 5; i++) {
                assertThat(world.registry.chat(AGENT, PROMPT).text()).isEqualTo("lead");
            }
        });
        assertThat(world.baseline.calls()).isZero();
        assertThat(world.hedges()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void both_answer_in_the_same_instant_and_the_call_has_one_answer_and_pays_for_both(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofMillis(150), "lead");
        world.baseline.answersAfter(Duration.ofMillis(50), "understudy");
        world.play(() -> {
            ChatResponse answer = world.registry.chat(AGENT, PROMPT);
            assertThat(answer.text()).isEqualTo(answer.degraded() ? "understudy" : "lead");
            assertThat(answer.model()).isEqualTo(answer.degraded() ? "baseline" : "candidate");
        });
        assertThat(world.finished().attempts()).isEqualTo(2);
        assertThat(world.events.of(Event.CallFinished.class)).hasSize(1);
        assertThat(world.events.of(Event.AttemptFinished.class)).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R15")
    void a_candidate_that_fails_while_its_hedge_is_under_way_is_replaced_by_it_and_the_baseline_is_asked_once(
            long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.failsAfter(Duration.ofMillis(150), FailureKind.MALFORMED);
        world.baseline.answersAfter(Duration.ofMillis(80), "understudy");
        world.agent(agent -> agent.retry(HedgedWorld.NO_RETRIES));
        world.play(() -> assertThat(world.millis(() -> {
                    ChatResponse answer = world.registry.chat(AGENT, PROMPT);
                    assertThat(answer.text()).isEqualTo("understudy");
                    assertThat(answer.degradedBecause()).hasValue(FailureKind.MALFORMED);
                }))
                .isEqualTo(180));
        assertThat(world.baseline.calls()).isEqualTo(1);
        assertThat(world.events.of(Event.FellBack.class)).hasSize(1);
        assertThat(world.hedges()).containsExactly(HedgeResult.WON);
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R14")
    void a_failure_that_no_baseline_may_answer_ends_the_call_and_the_hedge(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.failsAfter(Duration.ofMillis(150), FailureKind.INVALID_REQUEST);
        world.baseline.answersAfter(Duration.ofMillis(500), "understudy");
        world.play(() -> assertThat(world.millis(() -> assertThat(failure(world, CallOptions.DEFAULT))
                        .extracting(ChatException::kind)
                        .isEqualTo(FailureKind.INVALID_REQUEST)))
                .isEqualTo(150));
        assertThat(world.attempts("baseline")).hasSize(1);
        assertThat(world.attempts("baseline").get(0).failure()).isEqualTo(FailureKind.CANCELLED);
        assertThat(world.attempts("baseline").get(0).latencyNanos())
                .isEqualTo(Duration.ofMillis(50).toNanos());
        assertThat(world.finished().attempts()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void a_hedge_that_fails_hurts_nobody(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofMillis(300), "lead");
        world.baseline.fails(FailureKind.UPSTREAM);
        world.play(() -> {
            ChatResponse answer = world.registry.chat(AGENT, PROMPT);
            assertThat(answer.text()).isEqualTo("lead");
            assertThat(answer.degraded()).isFalse();
        });
        assertThat(world.baseline.calls()).as("a hedge is not tried again").isEqualTo(1);
        assertThat(world.hedges()).containsExactly(HedgeResult.FAILED);
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R11")
    void when_hedge_and_candidate_have_failed_the_baseline_stands_in_and_four_attempts_are_all(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.failsAfter(Duration.ofMillis(150), FailureKind.UPSTREAM);
        world.candidate.thenFails(FailureKind.UPSTREAM);
        world.baseline.fails(FailureKind.UPSTREAM);
        world.play(() -> {
            ChatException told = failure(world, CallOptions.DEFAULT);
            assertThat(told.kind()).isEqualTo(FailureKind.UPSTREAM);
            assertThat(told.origin().model()).isEqualTo("scripted");
            assertThat(told.getSuppressed()).isNotEmpty();
        });
        assertThat(world.candidate.calls()).isEqualTo(2);
        assertThat(world.baseline.calls()).isEqualTo(2);
        assertThat(world.finished().attempts()).isEqualTo(4);
        assertThat(world.hedges()).containsExactly(HedgeResult.FAILED);
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R1")
    void when_both_are_silent_the_call_ends_at_its_deadline_and_so_do_they(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.hangs();
        world.baseline.hangs();
        world.play(() -> assertThat(world.millis(() -> assertThat(failure(world, CallOptions.DEFAULT))
                        .extracting(ChatException::kind)
                        .isEqualTo(FailureKind.TIMEOUT)))
                .isEqualTo(2_000));
        assertThat(world.finished().attempts()).isEqualTo(2);
        assertThat(world.attempts("baseline").get(0).failure())
                .as("its breaker hears of it")
                .isEqualTo(FailureKind.TIMEOUT);
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R4")
    void a_caller_who_goes_away_ends_both(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.hangs();
        world.baseline.hangs();
        world.play(() -> {
            Carrier caller = world.world.current();
            world.world.spawn("who interrupts", () -> {
                world.world.sleep(Duration.ofMillis(130).toNanos());
                caller.interrupt();
            });
            assertThat(world.millis(() -> assertThat(failure(world, CallOptions.DEFAULT))
                            .extracting(ChatException::kind)
                            .isEqualTo(FailureKind.CANCELLED)))
                    .isEqualTo(130);
            assertThat(Thread.interrupted()).isTrue();
        });
        assertThat(world.attempts("baseline").get(0).failure()).isEqualTo(FailureKind.CANCELLED);
        assertThat(world.attempts("baseline").get(0).latencyNanos())
                .isEqualTo(Duration.ofMillis(30).toNanos());
        assertThat(world.hedges()).containsExactly(HedgeResult.UNDECIDED);
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R14")
    void a_call_without_fallback_is_not_hedged(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofSeconds(1), "lead");
        world.baseline.answers("understudy");
        CallOptions alone = CallOptions.builder().useFallback(false).build();
        world.play(() ->
                assertThat(world.registry.chat(AGENT, PROMPT, alone).text()).isEqualTo("lead"));
        assertThat(world.baseline.calls()).isZero();
    }

    private static ChatException failure(HedgedWorld world, CallOptions options) {
        return catchThrowableOfType(ChatException.class, () -> world.registry.chat(AGENT, PROMPT, options));
    }
}
