package dev.understudy.tests.simulation;

import static dev.understudy.tests.simulation.HedgedWorld.AGENT;
import static dev.understudy.tests.simulation.HedgedWorld.PROMPT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.SimulatedRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.event.RolloutPhase;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.testing.Rule;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Quick answers of a hedge say nothing for a slow candidate, and an ordinary tail nothing against a good one. */
@Timeout(60)
class HedgedGuardTest {

    private static final GuardSettings GUARD = GuardSettings.DEFAULT.withP95(Duration.ofMillis(900));

    static LongStream orders() {
        return LongStream.range(0, 10);
    }

    /** Everybody on the candidate, whose usual time is known: 50 ms. */
    private static HedgedWorld world(long seed, int permits) {
        HedgedWorld world = new HedgedWorld(seed);
        for (int i = 0; i < 60; i++) {
            world.candidate.answersAfter(Duration.ofMillis(50), "lead");
        }
        world.baseline.answersAfter(Duration.ofMillis(20), "understudy");
        world.agent(agent -> agent.guard(GUARD)
                .hedge(new HedgeSettings(null, 1))
                .throttle(new ThrottleSettings(permits, 10, Duration.ofSeconds(2), 1)));
        return world;
    }

    private static void warmUp(HedgedWorld world) {
        CallOptions alone = CallOptions.builder().useFallback(false).build();
        for (int i = 0; i < 60; i++) {
            world.registry.chat(AGENT, PROMPT, alone);
        }
    }

    private static RolloutPhase phase(HedgedWorld world) {
        SimulatedRegistry.tick(world.registry);
        return SimulatedRegistry.ramp(world.registry, AGENT).state().phase();
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R24")
    void a_candidate_that_turns_slow_is_taken_away_though_its_callers_hardly_notice(long seed) {
        HedgedWorld world = world(seed, 10);
        world.candidate.answersAfter(Duration.ofMillis(800), "late");
        world.play(() -> {
            warmUp(world);
            assertThat(phase(world)).isEqualTo(RolloutPhase.RUNNING);
            int before = world.candidate.calls();
            for (int i = 0; i < 20; i++) {
                assertThat(world.millis(() -> world.registry.chat(AGENT, PROMPT)))
                        .isLessThan(100);
            }
            assertThat(world.candidate.calls() - before)
                    .as("calls that reached it")
                    .isLessThanOrEqualTo(8);
            assertThat(phase(world)).isNotEqualTo(RolloutPhase.RUNNING);
        });
    }

    @ParameterizedTest
    @MethodSource("orders")
    void a_tail_that_is_its_own_does_not_take_a_candidate_away(long seed) {
        HedgedWorld world = world(seed, 10);
        SplittableRandom chance = new SplittableRandom(seed);
        for (int i = 0; i < 2_000; i++) {
            world.candidate.answersAfter(Duration.ofMillis(chance.nextInt(20) == 0 ? 400 : 50), "lead");
        }
        world.play(() -> {
            warmUp(world);
            for (int i = 0; i < 2_000; i++) {
                world.registry.chat(AGENT, PROMPT);
            }
            assertThat(world.baseline.calls()).as("hedges").isGreaterThan(10);
            assertThat(phase(world)).isEqualTo(RolloutPhase.RUNNING);
        });
    }

    @ParameterizedTest
    @MethodSource("orders")
    void a_line_of_ours_is_no_fault_of_the_candidate(long seed) {
        HedgedWorld world = world(seed, 1);
        world.candidate.answersAfter(Duration.ofMillis(700), "long").answersAfter(Duration.ofMillis(50), "lead");
        world.play(() -> {
            warmUp(world);
            CallOptions alone = CallOptions.builder().useFallback(false).build();
            world.world.spawn("who has the permit", () -> world.registry.chat(AGENT, PROMPT, alone));
            world.world.sleep(Duration.ofMillis(10).toNanos());
            for (int i = 0; i < 5; i++) {
                assertThat(world.registry.chat(AGENT, PROMPT).text()).isEqualTo("understudy");
            }
            assertThat(phase(world)).isEqualTo(RolloutPhase.RUNNING);
        });
    }
}
