package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.error.ConfigurationException;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.ThrottleSettings;
import dev.understudy.throttle.TokenLimit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code max_concurrent} as a number, as a word, and as bounds; and tokens per minute. */
class ConcurrencyKeysTest {

    private static final String FILE = """
            providers: { p: { api: openai, base_url: http://localhost } }
            deployments: { m: { provider: p } }
            """;
    private static final String AGENT = FILE + "agents: { a: { baseline: m, max_concurrent: %s } }\n";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            adaptive                             | 2   | 10  | 100
            {}                                   | 2   | 10  | 100
            { min: 2, initial: 10, max: 100 }    | 2   | 10  | 100
            { max: 40 }                          | 2   | 10  | 40
            { max: 5 }                           | 2   | 5   | 5
            { max: 1 }                           | 1   | 1   | 1
            { min: 20 }                          | 20  | 20  | 100
            { min: 200 }                         | 200 | 200 | 200
            { initial: 1 }                       | 1   | 1   | 100
            { initial: 300 }                     | 2   | 300 | 300
            { min: 7, max: 7 }                   | 7   | 7   | 7
            """)
    void what_is_not_said_is_the_default_or_next_to_it(String text, int min, int initial, int max) {
        ThrottleSettings throttle = throttle(AGENT.formatted(text));
        assertThat(throttle.adaptive()).isEqualTo(new AdaptiveSettings(min, initial, max));
        assertThat(throttle.maxConcurrent()).isEqualTo(max);
        assertThat(throttle.queue()).isEqualTo(2 * max);
        assertThat(throttle).isEqualTo(ThrottleSettings.of(new AdaptiveSettings(min, initial, max)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            adaptve                   | agents.a.max_concurrent: 'adaptve' is neither a number nor adaptive; write for example 10, adaptive, or { min: 2, initial: 10, max: 100 }
            0                         | agents.a.max_concurrent: '0' is out of bounds; write between 1 and 100000
            off                       | agents.a.max_concurrent: 'off' is neither a number nor adaptive
            [2, 10]                   | agents.a.max_concurrent: is a list; write a whole number
            { min: 5, max: 4 }        | agents.a.max_concurrent.min: 5 is more than max, which is 4; write at most that
            { initial: 5, max: 4 }    | agents.a.max_concurrent.initial: 5 is not between min and max; write between 2 and 4
            { min: 5, initial: 4 }    | agents.a.max_concurrent.initial: 4 is not between min and max; write between 5 and 100
            { min: 0 }                | agents.a.max_concurrent.min: '0' is out of bounds; write between 1 and 100000
            { maximum: 4 }            | agents.a.max_concurrent.maximum: unknown key; known: min, initial, max
            """)
    void what_cannot_be_meant_is_refused(String text, String why) {
        assertThat(Given.problems(AGENT.formatted(text)))
                .singleElement()
                .asString()
                .contains(why);
    }

    @Test
    void it_is_inherited_and_overruled_like_any_setting() {
        String defaults = FILE + "defaults: { max_concurrent: adaptive }\n";
        assertThat(throttle(defaults + "agents: { a: { baseline: m } }").adaptive())
                .isEqualTo(AdaptiveSettings.DEFAULT);
        assertThat(throttle(defaults + "agents: { a: { baseline: m, max_concurrent: 3 } }"))
                .isEqualTo(ThrottleSettings.of(3));
        assertThat(throttle(defaults + "agents: { a: { baseline: m, max_concurrent: { max: 20 }, queue: 5 } }")
                        .queue())
                .isEqualTo(5);
    }

    @Test
    void a_providers_limit_is_a_number() {
        assertThat(Given.problems(
                        "providers: { p: { api: openai, base_url: http://localhost, max_concurrent: adaptive } }\n"
                                + "deployments: { m: { provider: p } }\nagents: { a: { baseline: m } }\n"))
                .singleElement()
                .asString()
                .contains("providers.p.max_concurrent: 'adaptive' is not a whole number");
    }

    @Test
    void without_the_module_that_learns_a_file_says_which_dependency_to_add() {
        var reader = new ConfigurationReader(name -> null, Map.of("openai", Given.OPENAI), false);
        byte[] file = AGENT.formatted("adaptive").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> reader.read("test.yaml", Path.of("."), file))
                .isInstanceOfSatisfying(ConfigurationException.class, refused -> assertThat(refused.problems())
                        .singleElement()
                        .asString()
                        .contains(
                                "agents.a.max_concurrent: an adaptive max_concurrent needs the module that learns it; add the"
                                        + " dependency dev.understudy:understudy-adaptive, or write a number"));
    }

    @Test
    void without_the_module_that_learns_a_registry_does_not_start() {
        Configuration built = Configuration.builder()
                .deployment(Deployment.of("m", (request, deadline) -> ChatResponse.of("")))
                .agent(AgentSettings.builder("a")
                        .baseline("m")
                        .maxConcurrent(AdaptiveSettings.DEFAULT)
                        .build())
                .build();
        assertThatThrownBy(() ->
                        ModelRegistry.builder().configuration(built).build().close())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("agent 'a'")
                .hasMessageContaining("dev.understudy:understudy-adaptive");
    }

    @Test
    void bounds_that_contradict_each_other_are_refused_in_java_too() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AdaptiveSettings(5, 10, 4))
                .withMessage("max_concurrent.min is between 1 and 4, not 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AdaptiveSettings(2, 1, 4))
                .withMessage("max_concurrent.initial is between 2 and 4, not 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ThrottleSettings(5, 0, Duration.ZERO, 0, AdaptiveSettings.DEFAULT))
                .withMessageContaining("the most that is learnt, 100, not 5");
    }

    @ParameterizedTest
    @CsvSource({"90000/min, 90000, PT1M", "5000000/min, 5000000, PT1M", "100/s, 100, PT1S", "1 / h, 1, PT1H"})
    void tokens_have_a_limit_as_requests_do(String text, long tokens, Duration per) {
        ModelSettings model = Given.read(tokens(text)).models().get("m");
        assertThat(model.tokenLimit()).isEqualTo(new TokenLimit(tokens, per));
        assertThat(model.rateLimit()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            90000        | '90000' is not a rate; write a number of tokens per s, min or h, for example '90000/min'
            90000/day    | '90000/day' is not a rate
            90_000/min   | '90_000/min' is not a rate
            0/min        | '0/min' is not a rate
            """)
    void what_is_no_number_of_tokens_in_a_time_is_refused(String text, String why) {
        assertThat(Given.problems(tokens(text)))
                .singleElement()
                .asString()
                .contains("deployments.m.token_limit: " + why);
    }

    private static String tokens(String text) {
        return FILE.replace("{ provider: p }", "{ provider: p, token_limit: " + text + " }")
                + "agents: { a: { baseline: m } }\n";
    }

    private static ThrottleSettings throttle(String file) {
        return Given.read(file).agents().get("a").throttle();
    }
}
