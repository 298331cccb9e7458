package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Secret;
import dev.understudy.error.ConfigurationException;
import dev.understudy.testing.Rule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorsTest {

    private static final String ALICE = "token-of-alice-0001";
    private static final String DEPLOY = "token-of-deploy-002";

    private final Configuration.Builder builder = Configuration.builder()
            .deployment(Deployment.of("steady", ChatModel.honouringDeadline((q, d) -> ChatResponse.of("yes"))))
            .agent(AgentSettings.builder("qa_agent").baseline("steady").build());

    @Test
    void a_token_says_whose_it_is() {
        Operators operators = builder.operator("alice", Secret.of("vault", ALICE))
                .operator("deploy", Secret.of("vault", DEPLOY))
                .build()
                .operators();

        assertThat(operators.nameOf(ALICE)).contains("alice");
        assertThat(operators.nameOf(DEPLOY)).contains("deploy");
        assertThat(operators.nameOf(ALICE + " ")).isEmpty();
        assertThat(operators.nameOf("")).isEmpty();
        assertThat(operators.names()).containsExactly("alice", "deploy");
    }

    @Test
    void without_operators_no_token_is_anybodys() {
        Operators operators = builder.build().operators();

        assertThat(operators.isEmpty()).isTrue();
        assertThat(operators.nameOf("")).isEmpty();
    }

    @Test
    @Rule("R28")
    void what_is_shown_are_names() {
        Configuration configuration =
                builder.operator("alice", Secret.of("vault", ALICE)).build();

        assertThat(configuration.operators()).hasToString("Operators[alice]");
        assertThat(configuration.toString()).doesNotContain(ALICE);
    }

    @Test
    void another_token_is_another_configuration() {
        Configuration one = builder.operator("alice", Secret.of("vault", ALICE)).build();
        Operators same = new Operators(Map.of("alice", Secret.of("vault", ALICE)));
        Operators other = new Operators(Map.of("alice", Secret.of("vault", DEPLOY)));

        assertThat(one.operators()).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(other);
    }

    @Test
    void clients_have_keys_of_their_own() {
        Configuration one = builder.client("shop", Secret.of("vault", ALICE)).build();

        assertThat(one.clients().nameOf(ALICE)).contains("shop");
        assertThat(one.operators().nameOf(ALICE)).isEmpty();
        assertThatThrownBy(() ->
                        builder.operator("alice", Secret.of("vault", ALICE)).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("server.clients.shop: has the same token as 'alice'");
    }

    @Test
    @Rule("R28")
    void a_short_token_is_refused_and_not_shown() {
        builder.operator("alice", Secret.of("vault", "too-short"));

        assertThatThrownBy(builder::build)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("server.operators.alice: the token has 9 characters")
                .hasMessageNotContaining("too-short");
    }

    @Test
    void a_reader_without_keys_makes_tokens_that_nobody_can_guess() {
        String yaml = """
                deployments: { m: { provider: p } }
                providers: { p: { api: openai, base_url: http://localhost } }
                agents: { a: { baseline: m } }
                server: { operators: { alice: env:ALICE_TOKEN } }
                """;
        Operators operators = Given.READER
                .withoutKeys()
                .read("test.yaml", Path.of("."), yaml.getBytes(StandardCharsets.UTF_8))
                .operators();

        assertThat(operators.nameOf("not-looked-up")).isEmpty();
        assertThat(operators.names()).containsExactly("alice");
    }
}
