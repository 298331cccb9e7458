package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators write about a ramp, and what they are told about it. */
class RolloutKeysTest {

    private static final String FILE = """
            providers: { p: { api: openai, base_url: http://localhost } }
            deployments: { m: { provider: p }, n: { provider: p } }
            agents:
              a: { baseline: m, candidate: n, rollout: { %s } }
            """;

    private static RolloutSettings rollout(String settings) {
        return Objects.requireNonNull(
                        Given.read(FILE.formatted(settings)).agents().get("a"))
                .rollout();
    }

    @Test
    void without_stages_the_percentage_is_fixed() {
        assertThat(rollout("percentage: 25").ramp()).isEqualTo(RampSettings.NONE);
        assertThat(rollout("percentage: 25").ramp().climbs()).isFalse();
    }

    @Test
    void with_stages_the_percentage_is_the_ceiling_and_100_percent_unless_it_is_said() {
        assertThat(rollout("stages: [1%, 10%]").share()).isEqualTo(Share.ALL);
        assertThat(rollout("stages: [1%, 10%], percentage: 5").share()).isEqualTo(Share.percent(5));
    }

    @Test
    void default_is_a_word_for_the_usual_stages_with_their_holds_calls_and_gate() {
        RampSettings ramp = rollout("stages: default").ramp();

        assertThat(ramp.stages()).extracting(Share::percent).containsExactly(1.0, 5.0, 25.0, 100.0);
        assertThat(ramp.hold(0)).isEqualTo(Duration.ofMinutes(10));
        assertThat(ramp.hold(1)).isEqualTo(Duration.ofHours(1));
        assertThat(ramp.hold(2)).isEqualTo(Duration.ofDays(1));
        assertThat(ramp.hold(3)).isEqualTo(Duration.ofDays(1));
        assertThat(ramp.minCalls(0)).isEqualTo(100);
        assertThat(ramp.minCalls(3)).isEqualTo(1000);
        assertThat(ramp.gates()).isEqualTo(Set.of(Share.ALL));
        assertThat(ramp.gated(3)).isTrue();
        assertThat(ramp.gated(2)).isFalse();
        assertThat(ramp.maxDuration()).isEqualTo(Duration.ofDays(7));
        assertThat(ramp.inconclusive()).isEqualTo(RampSettings.Inconclusive.HOLD);
        assertThat(ramp.noDataGrace()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void the_guard_is_on_unless_it_is_off() {
        assertThat(rollout("percentage: 25").guard().enabled()).isTrue();
        assertThat(rollout("percentage: 25, guard: off").guard().enabled()).isFalse();
        assertThat(rollout("guard: { p95: 400ms }").guard().p95()).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void no_gates_are_an_empty_list() {
        assertThat(rollout("stages: default, gates: []").ramp().gates()).isEmpty();
    }

    @Test
    void stages_may_be_inherited_by_agents_that_have_no_candidate() {
        Configuration read = Given.read("""
                providers: { p: { api: openai, base_url: http://localhost } }
                deployments: { m: { provider: p }, n: { provider: p } }
                defaults: { rollout: { stages: default } }
                agents: { a: { baseline: m }, b: { baseline: m, candidate: n } }
                """);

        assertThat(read.agents().get("a").rollout().share()).isEqualTo(Share.NONE);
        assertThat(read.agents().get("b").rollout().share()).isEqualTo(Share.ALL);
    }

    @Test
    void the_state_is_beside_the_file_unless_it_is_said() {
        Path file = Path.of("etc", "understudy.yaml");

        assertThat(Given.read(FILE.formatted("percentage: 1")).stateDirectory(file))
                .isEqualTo(Path.of("etc", "understudy.yaml.state"));
        assertThat(Given.read("state: { directory: /var/lib/understudy }\n" + FILE.formatted("percentage: 1"))
                        .stateDirectory(file))
                .isEqualTo(Path.of("/var/lib/understudy"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "stages: [1%, 25%, 5%]        | stages[2]: 5% is not more than 25% before it; write rising shares",
                "stages: [0%, 5%]             | stages[0]: 0% is not more than 0%; write rising shares",
                "stages: [5%, 5%]             | stages[1]: 5% is not more than 5% before it; write rising shares",
                "stages: [5%, 101%]           | stages[1]: '101%' is out of bounds; write between 0 and 100",
                "stages: 5%                   | stages: is text; write a list",
                "stages: [1%, 2%, 3%, 4%], hold: [1m, 2m]  | rollout.hold has 2 values for 4 stages; write one for all",
                "stages: [1%, 2%], min_calls: [1, 2, 3]    | rollout.min_calls has 3 values for 2 stages",
                "hold: []                     | hold: is an empty list; write one value",
                "stages: [1%, 2%], gates: [3%]| rollout.gates holds 3%, which is no step; stages are [1%, 2%]",
                "stages: [1%, 2%], hold: 8d   | rollout.max_duration is 7d, but a step is held for 8d",
                "inconclusive: wait           | inconclusive: 'wait' is none of the words that are known; write one of hold",
                "hold: 10                     | hold: '10' has no unit",
                "guard: on                    | guard: 'on' does not say what the candidate may not do; write a map such",
                "guard: { p96: 1s }           | guard.p96: unknown key; did you mean 'p95'?",
                "guard: { max_error_rate: 5 } | guard.max_error_rate: '5' has no percent sign",
            })
    void what_is_wrong_is_told_with_its_remedy(String settings, String told) {
        assertThat(Given.problems(FILE.formatted(settings)))
                .singleElement()
                .asString()
                .startsWith("line 4: agents.a.rollout")
                .contains(told);
    }
}
