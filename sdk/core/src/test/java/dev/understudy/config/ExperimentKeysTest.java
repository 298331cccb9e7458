package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.insight.ExperimentSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentKeysTest {

    private static final String FILE = """
            providers: { p: { api: openai, base_url: http://localhost } }
            deployments: { m: { provider: p }, n: { provider: p } }
            agents: { a: { baseline: m, candidate: n, rollout: { percentage: 10, experiment: %s } } }
            """;

    @Test
    void one_criterion_is_enough_and_the_rest_has_defaults() {
        assertThat(experiment("{ error_increase: 1% }"))
                .isEqualTo(new ExperimentSettings(null, 0.01, null, null, 1_000, 7));
    }

    @Test
    void it_says_what_the_page_says() {
        assertThat(experiment("{ p95: 400ms, error_increase: 1%, split: 10%, min_calls_per_day: 1000, days: 7 }"))
                .isEqualTo(new ExperimentSettings(Duration.ofMillis(400), 0.01, 0.1, null, 1_000, 7));
    }

    @Test
    void off_is_none() {
        assertThat(experiment("off")).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    {}                                            | An experiment asks for something; write p95, error_increase or both
                    { split: 10% }                                | An experiment asks for something; write p95, error_increase or both
                    { p95: 400 }                                  | '400' has no unit
                    { p95: 1s, days: 31 }                         | '31' is
                    { p95: 1s, split_tolerance: 1% }              | experiment.split_tolerance needs a split
                    { p95: 1s, split: 10%, split_tolerance: 20% } | experiment.split_tolerance is more than 0 %
                    { p95: 1s, split: 100% }                      | '100%' is
                    { p95: 1s, p59: 1s }                                   | did you mean 'p95'
                    yes                                           | 'yes' does not say what is to be shown
                    """)
    void what_cannot_be_meant_is_refused(String experiment, String why) {
        assertThat(Given.problems(FILE.formatted(experiment)))
                .singleElement()
                .asString()
                .contains("agents.a.rollout.experiment")
                .contains(why);
    }

    private static ExperimentSettings experiment(String text) {
        return Given.read(FILE.formatted(text)).agents().get("a").experiment();
    }
}
