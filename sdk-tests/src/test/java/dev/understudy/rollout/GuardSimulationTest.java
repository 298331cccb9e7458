package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.rollout.SimulatedRollout.Result;
import dev.understudy.testing.Rule;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A short version of {@link GuardFiguresTest}, on fixed seeds. */
@Rule("R24")
class GuardSimulationTest {

    private static final long SEED = 20261121;

    @Test
    void a_bad_candidate_is_gone_after_three_calls_and_a_good_one_stays() {
        try (GuardSimulation simulation = new GuardSimulation(GuardFiguresTest.SUBJECTS, SEED, 2, 3)) {
            simulation.incident(50);
            simulation.slow(50);
            simulation.noDifference(100, 10_000);
            simulation.noDifferenceAlongARamp(10, 30_000);
            simulation.twoGoodModelsAlongARamp(2, 30_000);
            simulation.outage(40, 300, 10_000);
            simulation.outage(20, 3_000, 10_000);
            assertThat(simulation.rows()).allMatch(GuardSimulation.Row::met);
        }
    }

    @Test
    void the_guard_decides_at_the_call_at_which_it_does_on_paper() {
        same(Arm.errors(0.01), Arm.errors(0.10));
        same(Arm.errors(0.05), Arm.errors(0.06));
        same(Arm.between(90, 120), Arm.failing(680, 890));
        same(Arm.lognormal(500, 0.5), Arm.lognormal(600, 0.5));
    }

    private static void same(Arm baseline, Arm candidate) {
        int stopped = 0;
        for (int run = 0; run < 40; run++) {
            String salt = "paper/" + run;
            int share = new int[] {1_000, 10_000, 50_000, 100_000}[run % 4];
            SimulatedRollout rollout = new SimulatedRollout(10_000, Users.fresh(), baseline, candidate);
            Result real = rollout.run(new RealGuard(salt, new Share(share), 500), new SplittableRandom(SEED + run));
            rollout = new SimulatedRollout(10_000, Users.fresh(), baseline, candidate);
            Result paper = rollout.run(new PaperGuard(salt, share, 500, 0.05), new SplittableRandom(SEED + run));
            assertThat(real.stoppedAfter()).as("run %s", run).isEqualTo(paper.stoppedAfter());
            stopped += real.rolledBack() ? 1 : 0;
        }
        assertThat(stopped).isPositive();
    }
}
