package dev.understudy.tests.simulation;

import static dev.understudy.tests.simulation.HedgedWorld.AGENT;
import static dev.understudy.tests.simulation.HedgedWorld.PROMPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.breaker.BreakerSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.Message;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When nobody is asked besides: too early, beyond the budget, or while the baseline has enough to do. */
@Timeout(60)
class HedgeLimitsTest {

    private static final CallOptions BASELINE =
            CallOptions.builder().useFinetuned(false).build();

    static LongStream orders() {
        return LongStream.range(0, 10);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.05, 0.5, 1})
    void hedges_never_exceed_their_part_of_the_calls(double budget) {
        HedgedWorld world = new HedgedWorld(1);
        world.candidate.answersAfter(Duration.ofMillis(300), "lead");
        world.baseline.answersAfter(Duration.ofMillis(10), "understudy");
        world.agent(agent -> agent.hedge(new HedgeSettings(Duration.ofMillis(100), budget)));
        world.play(() -> {
            for (int calls = 1; calls <= 300; calls++) {
                world.registry.chat(AGENT, PROMPT);
                assertThat(world.baseline.calls()).isLessThanOrEqualTo((int) (calls * budget + 1e-9));
            }
        });
        assertThat(world.baseline.calls()).isEqualTo((int) (300 * budget + 1e-9));
        assertThat(count(world, HedgeResult.WON)).isEqualTo(world.baseline.calls());
        assertThat(count(world, HedgeResult.SKIPPED)).isEqualTo(300 - world.baseline.calls());
    }

    @Test
    void a_quiet_hour_saves_up_no_storm() {
        HedgedWorld world = new HedgedWorld(1);
        for (int i = 0; i < 1_000; i++) {
            world.candidate.answers("lead");
        }
        world.candidate.answersAfter(Duration.ofMillis(300), "late");
        world.baseline.answers("understudy");
        world.agent(agent -> agent.hedge(new HedgeSettings(Duration.ofMillis(100), 0.05)));
        world.play(() -> {
            for (int i = 0; i < 1_000 + 20; i++) {
                world.registry.chat(AGENT, PROMPT);
            }
        });
        assertThat(world.baseline.calls()).isEqualTo(10);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void nobody_is_asked_besides_while_the_breaker_of_the_baseline_is_open(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofMillis(300), "lead");
        world.baseline.fails(FailureKind.UPSTREAM);
        world.breaker(new BreakerSettings(
                Duration.ofSeconds(30),
                20,
                0.5,
                1,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1)));
        skips(world, () -> fails(world));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void nobody_is_asked_besides_while_the_baseline_wants_to_be_left_alone(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofMillis(300), "lead");
        world.baseline.fails(FailureKind.RATE_LIMITED);
        skips(world, () -> fails(world));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void nobody_is_asked_besides_while_all_permits_of_the_baseline_are_out(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.answersAfter(Duration.ofMillis(300), "lead");
        world.baseline.answersAfter(Duration.ofMillis(1_500), "own");
        skips(world, () -> {
            world.world.spawn("caller of the baseline", () -> world.registry.chat(AGENT, PROMPT, BASELINE));
            world.world.sleep(Duration.ofMillis(50).toNanos());
        });
    }

    private static void fails(HedgedWorld world) {
        try {
            world.registry.chat(AGENT, PROMPT, BASELINE);
        } catch (ChatException expected) {
            world.world.note("has failed as it should: " + expected.kind());
        }
    }

    private static void skips(HedgedWorld world, Runnable before) {
        world.agent(agent -> agent.retry(HedgedWorld.NO_RETRIES)
                .hedge(HedgedWorld.ALWAYS)
                .throttle(new ThrottleSettings(1, 2, Duration.ofSeconds(2), 1)));
        world.play(() -> {
            before.run();
            assertThat(world.registry.chat(AGENT, PROMPT).text()).isEqualTo("lead");
        });
        assertThat(world.baseline.calls()).isEqualTo(1);
        assertThat(count(world, HedgeResult.SKIPPED)).isEqualTo(1);
        assertThat(world.events.of(Event.Hedged.class)).hasSize(1);
    }

    @Test
    void by_its_own_p95_a_candidate_is_late_once_enough_is_known() {
        HedgedWorld world = new HedgedWorld(1);
        for (int i = 0; i < 100; i++) {
            world.candidate.answersAfter(Duration.ofMillis(i % 10 == 0 ? 200 : 50), "lead");
        }
        world.candidate.answersAfter(Duration.ofMillis(900), "late");
        world.baseline.answersAfter(Duration.ofMillis(20), "understudy");
        world.agent(agent -> agent.hedge(new HedgeSettings(null, 1)));
        world.play(() -> {
            for (int i = 0; i < 100; i++) {
                world.registry.chat(AGENT, PROMPT);
            }
            assertThat(count(world, HedgeResult.WON)).isZero();
            assertThat((double) world.millis(() -> world.registry.chat(AGENT, PROMPT)))
                    .isCloseTo(200 + 20, within(0.02 * 200));
        });
    }

    @Test
    void what_is_usual_does_not_shrink_though_the_slow_ones_are_given_up() {
        HedgedWorld world = new HedgedWorld(1);
        for (int i = 0; i < 3_000; i++) {
            // 50, 51 … 149 ms: the p95 is 145 ms.
            world.candidate.answersAfter(Duration.ofMillis(50 + (i * 37) % 100), "lead");
        }
        world.baseline.answersAfter(Duration.ofMillis(1), "understudy");
        world.agent(agent -> agent.hedge(new HedgeSettings(null, 1)));
        world.play(() -> {
            for (int i = 0; i < 3_000; i++) {
                world.registry.chat(AGENT, List.of(Message.user("" + i)));
            }
        });
        assertThat((double) world.baseline.calls()).isCloseTo(0.05 * 3_000, within(60.0));
        long slowest = world.attempts("candidate").stream()
                .skip(2_900)
                .mapToLong(Event.AttemptFinished::latencyNanos)
                .max()
                .orElseThrow();
        assertThat(slowest / 1e6).isCloseTo(146, within(4.0));
    }

    private static long count(HedgedWorld world, HedgeResult result) {
        return world.hedges().stream().filter(result::equals).count();
    }
}
