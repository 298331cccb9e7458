package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.error.ConfigurationException;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.fallback.HedgeSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HedgeKeysTest {

    private static final String FILE = """
            providers: { p: { api: openai, base_url: http://localhost } }
            deployments: { m: { provider: p }, n: { provider: p } }
            %s
            """;
    private static final String AGENT = "agents: { a: { baseline: m, candidate: n, timeout: 5s, hedge: %s } }";

    private static HedgeSettings hedge(String agents) {
        return Given.read(FILE.formatted(agents)).agents().get("a").hedge();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            p95                               | none   | 0.05
            P95                               | none   | 0.05
            300ms                             | PT0.3S | 0.05
            {}                                | none   | 0.05
            { after: p95 }                    | none   | 0.05
            { after: p95, budget: 5% }        | none   | 0.05
            { budget: 0.1%, after: 2s }       | PT2S   | 0.001
            { after: 1ms, budget: 100% }      | PT0.001S | 1
            """)
    void it_says_what_it_says(String text, Duration after, double budget) {
        assertThat(hedge(AGENT.formatted(text))).isEqualTo(new HedgeSettings(after, budget));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            p99                          | 'p99' is neither p95 nor a duration; write 'p95', or for example '300ms'
            300                          | '300' has no unit; write for example '5s' or '500ms'
            0ms                          | '0ms' is out of bounds; write between 1ms and 1h
            true                         | 'true' is neither p95 nor a duration
            [p95]                        | is a list; write a map of after, budget
            { after: soon }              | 'soon' is neither p95 nor a duration
            { budget: 5 }                | '5' has no percent sign; write for example '25%'
            { budget: 0% }               | '0%' is out of bounds; write between 0.1% and 100%
            { budget: 101% }             | is out of bounds
            { when: p95 }                | unknown key
            { after: 3s }                | after 3s the candidate's time is over, which is 3s of a timeout of 5s; write less, or p95
            """)
    void what_cannot_be_meant_is_refused(String text, String why) {
        assertThat(Given.problems(FILE.formatted(AGENT.formatted(text))))
                .first()
                .asString()
                .contains("agents.a.hedge")
                .contains(why);
    }

    @Test
    void off_and_nothing_are_none() {
        assertThat(hedge("agents: { a: { baseline: m } }")).isNull();
        assertThat(hedge(AGENT.formatted("off"))).isNull();
        assertThat(hedge("defaults: { hedge: p95 }\nagents: { a: { baseline: m, hedge: off } }"))
                .isNull();
    }

    @Test
    void what_is_not_said_is_inherited() {
        assertThat(hedge("defaults: { hedge: { after: 200ms } }\n"
                        + "agents: { a: { baseline: m, candidate: n, hedge: { budget: 10% } } }"))
                .isEqualTo(new HedgeSettings(Duration.ofMillis(200), 0.1));
    }

    @Test
    void with_fewer_than_three_attempts_there_is_none_left_for_it() {
        String agent = "agents: { a: { baseline: m, candidate: n, max_attempts: 2, hedge: p95 } }";
        assertThat(Given.problems(FILE.formatted(agent)))
                .singleElement()
                .asString()
                .contains("agents.a.hedge", "needs max_attempts of 3 or more, not 2");
    }

    @Test
    void in_java_the_same_is_refused() {
        ChatModel model = ChatModel.honouringDeadline((request, deadline) -> ChatResponse.of("."));
        Configuration.Builder builder = Configuration.builder()
                .deployment(Deployment.builder("m").upstream(model).build())
                .deployment(Deployment.builder("n").upstream(model).build())
                .agent(AgentSettings.builder("a")
                        .baseline("m")
                        .candidate("n")
                        .timeout(Duration.ofSeconds(5))
                        .fallback(new FallbackSettings(Duration.ofSeconds(4), 0.4, false))
                        .hedge(HedgeSettings.after(Duration.ofSeconds(1)))
                        .build());
        assertThatThrownBy(builder::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("after 1s the candidate's time is over");
        assertThatThrownBy(() -> HedgeSettings.after(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HedgeSettings(null, 1.1)).isInstanceOf(IllegalArgumentException.class);
    }
}
