package dev.understudy.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who watches the watchers: what is broken on purpose is found soon, and by the right rule. */
class SimulationCanFailTest {

    private static final int SEEDS = 150;

    @ParameterizedTest
    @CsvSource({
        "LEAKED_PERMIT, R5",
        "LOST_WAKE_UP, R18",
        "DEAF_MODEL, R1",
        "BLOCKING_MODEL, WAITING",
        "CROSSED_ANSWER, R17",
        "SHORT_RETRY_AFTER, R12",
        "LOST_EVENT, R25",
        "LOST_RELOAD, R21",
        "EARLY_CLOSE, R21",
        "LEAKED_CLIENT, R30",
        "REOPENED_SHARE, R24",
        "STOLEN_MONEY, R25",
    })
    void a_fault_is_found_by_its_rule(Sabotage sabotage, String rule) {
        Set<String> found = new TreeSet<>();
        try (Quiet quiet = new Quiet()) {
            for (long seed = 1; seed <= SEEDS && !found.contains(rule); seed++) {
                try {
                    new Simulation(seed, sabotage).run();
                } catch (Violation violation) {
                    found.add(violation.rule());
                }
            }
        }
        assertThat(found).contains(rule);
    }
}
