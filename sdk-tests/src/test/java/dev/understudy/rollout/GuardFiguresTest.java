package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the guard reaches: the table of docs/guard.md, printed and written to {@code target/guard-simulation.md}.
 *
 * <pre>{@code mvn -Pfast,guard-simulation -pl sdk-tests -am test}</pre>
 */
@Rule("R24")
@Tag("guard-simulation")
class GuardFiguresTest {

    /** The usual steps, each as long as its calls take: 100,000 calls are three hours here. */
    private static final RampSettings STEPS = RampSettings.builder()
            .stages(RampSettings.USUAL_STAGES)
            .hold(List.of(Duration.ofMinutes(10)))
            .build();

    static final GuardSimulation.Subjects SUBJECTS = new GuardSimulation.Subjects() {
        @Override
        public Subject at(String salt, int share, double limitMillis) {
            return new RealGuard(salt, new Share(share), limitMillis);
        }

        @Override
        public Subject ramp(String salt, double limitMillis) {
            return new RealRamp(salt, Share.ALL, STEPS, limitMillis);
        }

        @Override
        public Subject step(String salt, int share, double limitMillis) {
            return new RealRamp(salt, new Share(share), RampSettings.NONE, limitMillis);
        }
    };

    private static final long SEED = Long.getLong("guard.seed", 20261121);

    /** Of all runs, for a quick look. */
    private static final double FRACTION = Double.parseDouble(System.getProperty("guard.fraction", "1"));

    @Test
    void the_goals_are_reached() throws IOException {
        long started = System.nanoTime();
        List<String> lines = new ArrayList<>();
        try (GuardSimulation simulation = new GuardSimulation(SUBJECTS, SEED, 2, 0)) {
            simulation.incident(runs(1_000));
            simulation.slow(runs(1_000));
            simulation.moreErrors(runs(8_000));
            simulation.someMoreErrors(runs(8_000));
            simulation.slower(runs(8_000));
            simulation.noDifference(runs(4_000), 100_000);
            simulation.noDifferenceAlongARamp(runs(4_000), 100_000);
            simulation.twoGoodModelsAlongARamp(runs(1_000), 100_000);
            simulation.outages(runs(1_000));
            simulation.unequalUsers(runs(2_000), 100_000);
            simulation.usualRules(runs(500), 100_000);
            lines.add("| case | goal | reached | met |");
            lines.add("| --- | --- | --- | --- |");
            simulation.rows().forEach(row -> lines.add(row.toString()));
            lines.add("");
            lines.add("Seed %d, %s %s, %s, %d processors, %d s."
                    .formatted(
                            SEED,
                            System.getProperty("java.vm.name"),
                            System.getProperty("java.vm.version"),
                            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                            ManagementFactory.getOperatingSystemMXBean().getAvailableProcessors(),
                            Duration.ofNanos(System.nanoTime() - started).toSeconds()));
            System.out.println(String.join("\n", lines));
            Files.write(Path.of("target", "guard-simulation.md"), lines);
            assertThat(simulation.rows()).allMatch(GuardSimulation.Row::met);
        }
    }

    private static int runs(int all) {
        return (int) Math.ceil(all * FRACTION);
    }
}
