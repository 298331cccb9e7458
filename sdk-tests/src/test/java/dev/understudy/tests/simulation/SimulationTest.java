package dev.understudy.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.FailureKind;
import dev.understudy.event.HedgeResult;
import dev.understudy.testing.Rule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A thousand seeds, a thousand runs, and every rule holds at every step of each. {@code -Dsimulation.seed=42} runs that one
 * alone and writes its trace, {@code -Dsimulation.seeds=5000} runs more of them. A seed is the same run on every JDK: where
 * another one has played the first thousand, this one plays some hundreds that follow.
 */
class SimulationTest {

    private static final Long ONE = Long.getLong("simulation.seed");
    private static final boolean PLAYED = "true".equals(System.getenv("UNDERSTUDY_CHECKED"));
    private static final long FIRST = PLAYED ? 1001 : 1;
    private static final long SEEDS = Long.getLong("simulation.seeds", PLAYED ? 400 : 1000);

    @Test
    @Rule({
        "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R14", "R15", "R16", "R17", "R18",
        "R19", "R21", "R23", "R24", "R25", "R27", "R30"
    })
    void every_rule_holds_at_every_step_whatever_happens() {
        Seeds seeds = Seeds.run(ONE == null ? FIRST : ONE, ONE == null ? FIRST + SEEDS - 1 : ONE);
        assertThat(seeds.failures()).isEmpty();
        if (ONE == null && SEEDS >= 1000) {
            enoughHappened(seeds.happenings());
        }
    }

    /** A simulation in which nothing goes wrong proves nothing. */
    private static void enoughHappened(Happenings happened) {
        for (FailureKind kind : FailureKind.values()) {
            assertThat(happened.of("attempt " + kind))
                    .as("attempts that ended in %s", kind)
                    .isPositive();
            if (kind.fallback() == FailureKind.Fallback.ALWAYS) {
                assertThat(happened.of("fell back after " + kind))
                        .as("fallbacks after %s", kind)
                        .isPositive();
            }
        }
        for (String guard : new String[] {
            "permits", "queue", "provider-permits", "provider-queue", "rate-limit", "breaker", "workers", "budget"
        }) {
            assertThat(happened.of("refused by " + guard))
                    .as("refusals by %s", guard)
                    .isGreaterThan(100);
        }
        for (String often : new String[] {
            "outcome SUCCESS",
            "outcome DEGRADED",
            "outcome ERROR",
            "outcome CANCELLED",
            "chat",
            "chatAsync",
            "attempts 2",
            "cache HIT",
            "stream",
            "restart refused",
            "restarted",
            "cache MISS",
            "cache OFF",
            "cache SHARED",
            "cache STALE",
            "interrupted",
            "cancelled",
            "installed",
            "connected anew",
            "closed early",
            "budget NEARLY_SPENT",
            "budget SPENT",
            "on a worker",
            "on the caller",
            "act SILENCE",
            "act FOREIGN",
            "act NOTHING",
            "act FATAL",
            "breaker CLOSED to OPEN",
            "breaker OPEN to HALF_OPEN",
            "breaker HALF_OPEN to CLOSED",
            "breaker HALF_OPEN to OPEN"
        }) {
            assertThat(happened.of(often)).as("how often %s", often).isGreaterThan(100);
        }
        for (HedgeResult result : HedgeResult.values()) {
            assertThat(happened.of("hedge " + result))
                    .as("how often hedge %s", result)
                    .isGreaterThan(20);
        }
        for (String rare : new String[] {
            "rollout QUARANTINED for GUARD",
            "rollout ROLLED_BACK for GUARD",
            "rollout HOLD for SHARED_DEGRADATION",
            "rollout HOLD for SUSPECT",
            "rollout HOLD for NO_DATA",
            "rollout HOLD for HELD",
            "rollout OFF for KILL_SWITCH",
            "rollout RUNNING for PASSED",
            "rollout RUNNING for RESET",
            "rollout RUNNING for RESUMED",
            "rollout COMPLETED for PASSED",
            "breaker CLOSED to LATCHED",
            "breaker LATCHED to HALF_OPEN",
            "breaker HALF_OPEN to LATCHED",
            "attempts 4",
            "reload storm"
        }) {
            assertThat(happened.of(rare)).as("how often %s", rare).isPositive();
        }
    }

    @Test
    void the_same_seed_is_the_same_run_to_the_byte() {
        for (long seed = ONE == null ? 1 : ONE; seed <= (ONE == null ? 25 : ONE); seed++) {
            Trace first = run(seed);
            assertThat(first.size()).isGreaterThan(100);
            assertThat(run(seed).toString()).as("seed %s", seed).isEqualTo(first.toString());
            if (ONE != null) {
                System.out.println("The trace of seed " + seed + " is in " + Seeds.write(seed, first));
            }
        }
    }

    private static Trace run(long seed) {
        Simulation simulation = new Simulation(seed);
        try (Quiet quiet = new Quiet()) {
            simulation.run();
        } catch (AssertionError told) {
            // by the test above; a failing seed fails in the same way each time
        }
        return simulation.world.trace;
    }

    @Test
    @Tag("soak")
    void a_hundred_thousand_seeds_that_nobody_has_tried() {
        long first = System.currentTimeMillis() * 1_000_000;
        assertThat(Seeds.run(first, first + 100_000).failures()).isEmpty();
    }
}
