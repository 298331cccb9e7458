package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.cache.CacheSettings;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.error.ConfigurationException;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.rollout.Share;
import dev.understudy.testing.Rule;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same configuration can be built in Java, and is checked like the file. */
class ConfigurationTest {

    private static Configuration.Builder good() {
        return Configuration.builder()
                .provider(new Provider(
                        "mistral",
                        "openai",
                        URI.create("https://api.mistral.ai/v1"),
                        Secret.of("env:KEY", "k-e-y"),
                        64,
                        Map.of("headers", Map.of("x-key", "k-e-y"))))
                .deployment(Deployment.builder("base").provider("mistral").build())
                .deployment(Deployment.builder("tuned").provider("mistral").build())
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("base")
                        .candidate("tuned")
                        .timeout(Duration.ofSeconds(5))
                        .maxConcurrent(10)
                        .percentage(25)
                        .cache(CacheSettings.DEFAULT)
                        .build());
    }

    @Test
    void what_was_built_is_what_is_read() {
        Configuration configuration = good().build();

        assertThat(configuration.useFinetuned()).isTrue();
        assertThat(configuration.useFallback()).isTrue();
        assertThat(configuration.providers()).containsOnlyKeys("mistral");
        assertThat(configuration.models()).containsOnlyKeys("base", "tuned");
        AgentSettings agent = configuration.agents().get("qa_agent");
        assertThat(agent.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(agent.rollout().share()).isEqualTo(Share.percent(25));
        assertThat(agent.throttle().queue()).isEqualTo(20);
    }

    @Test
    void configurations_are_compared_by_value() {
        assertThat(good().build()).isEqualTo(good().build()).hasSameHashCodeAs(good().build());
        assertThat(good().useFallback(false).build()).isNotEqualTo(good().build());
    }

    @Test
    void the_kill_switch_beats_the_agent() {
        AgentSettings eager =
                AgentSettings.builder("a").baseline("base").useFinetuned(true).build();
        AgentSettings shy =
                AgentSettings.builder("a").baseline("base").useFinetuned(false).build();

        assertThat(good().useFinetuned(false).build().useFinetuned(eager)).isFalse();
        assertThat(good().build().useFinetuned(eager)).isTrue();
        assertThat(good().build().useFinetuned(shy)).isFalse();
    }

    @Test
    void an_agents_own_choice_of_fallback_beats_the_global_one() {
        AgentSettings with =
                AgentSettings.builder("a").baseline("base").useFallback(true).build();
        AgentSettings silent = AgentSettings.builder("a").baseline("base").build();

        assertThat(good().useFallback(false).build().useFallback(with)).isTrue();
        assertThat(good().useFallback(false).build().useFallback(silent)).isFalse();
    }

    @Test
    void all_problems_are_told_at_once() {
        var refusal = catchThrowableOfType(ConfigurationException.class, () -> Configuration.builder()
                .provider(new Provider("mistral", "openai", URI.create("ftp://example.org"), null, 1, Map.of()))
                .deployment(Deployment.builder("base").provider("mistrall").build())
                .deployment(Deployment.of("base", (request, deadline) -> ChatResponse.of("x")))
                .deployment(Deployment.builder("small")
                        .provider("mistral")
                        .contextWindow(100)
                        .parameters(Parameters.UNSET.withMaxTokens(100))
                        .build())
                .agent(AgentSettings.builder("one")
                        .baseline("base")
                        .candidate("base")
                        .build())
                .agent(AgentSettings.builder("two")
                        .baseline("bose")
                        .timeout(Duration.ofSeconds(1))
                        .fallback(new FallbackSettings(Duration.ofSeconds(1), 0.4, false))
                        .percentage(0.5)
                        .build())
                .agent(AgentSettings.builder("no blanks").baseline("base").build())
                .build());

        assertThat(refusal.problems())
                .containsExactly(
                        "deployments.base: is defined twice; names are unique",
                        "providers.mistral.base_url: is not the address of a service; write for example"
                                + " 'https://api.mistral.ai/v1'",
                        "deployments.base.provider: provider 'mistrall' is not defined; did you mean 'mistral'?",
                        "deployments.small.max_tokens: 100 leaves no room for a prompt in a context_window of 100; write less",
                        "agents.one.candidate: is the baseline itself, which cannot stand in for itself; name another model,"
                                + " or leave the candidate out",
                        "agents.two.baseline: model 'bose' is not defined; did you mean 'base'?",
                        "agents.two.reserve: 1s leaves the candidate nothing of a timeout of 1s; write less, or a share such"
                                + " as '40%'",
                        "agents.two.rollout.percentage: 0.5% of the calls would go to a candidate, and there is none; name"
                                + " one, or write 0",
                        "agents.no blanks: a name is 1 to 100 letters, digits and any of . _ : / - and starts with a letter"
                                + " or digit; choose another");
    }

    @Test
    void no_agents_is_a_problem() {
        var refusal = catchThrowableOfType(
                ConfigurationException.class, () -> Configuration.builder().build());

        assertThat(refusal.problems())
                .containsExactly("agents: there is none; a configuration needs at least one agent");
    }

    @Test
    void a_timeout_out_of_bounds_is_refused_where_it_is_set() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentSettings.builder("a").timeout(Duration.ofHours(2)))
                .withMessage("timeout is between 1ms and 1h, not 2h");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentSettings.builder("a").build())
                .withMessage("Agent 'a' needs a baseline");
    }

    @Test
    @Rule("R28")
    void to_string_shows_no_key() {
        Configuration configuration = good().build();

        assertThat(configuration + " " + configuration.providers() + configuration.models() + configuration.agents())
                .doesNotContain("k-e-y");
    }
}
