package dev.understudy.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.server.gateway.Face.Said;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may ask, and what agents there are. */
class ClientsTest {

    private static final String SHOP = "sk-shop-0123456789";
    private static final String APP = "sk-app-0123456789";

    private final Face open = Face.answering(ChatResponse.of("x"));
    private final Face shut = new Face(
            (request, deadline) -> ChatResponse.of("x"), false, Map.of("shop", SHOP, "app", APP), new Memory(1 << 20));

    @AfterEach
    void close() {
        open.close();
        shut.close();
    }

    @Test
    void without_keys_any_key_will_do() throws IOException {
        assertThat(open.ask(Face.HELLO).status()).isEqualTo(200);
        assertThat(open.ask(Face.HELLO, "Authorization", "Bearer whatever").status())
                .isEqualTo(200);
    }

    @Test
    void with_keys_only_these_will_do() throws IOException {
        assertThat(shut.ask(Face.HELLO, "Authorization", "Bearer " + SHOP).status())
                .isEqualTo(200);
        assertThat(shut.ask(Face.HELLO, "Authorization", "bearer  " + APP).status())
                .isEqualTo(200);
        assertThat(shut.models("/v1/models", "Authorization", "Bearer " + APP).status())
                .isEqualTo(200);

        for (String wrong : List.of("Bearer sk-shop", "Bearer " + SHOP + "x", "Bearer ", "Basic " + SHOP, SHOP)) {
            Said said = shut.ask(Face.HELLO, "Authorization", wrong);
            assertThat(said.status()).isEqualTo(401);
            assertThat(said.at("error.code")).isEqualTo("invalid_api_key");
            assertThat(said.headers()).containsEntry("x-should-retry", "false");
            assertThat(said.body()).doesNotContain("sk-");
        }
        assertThat(shut.ask(Face.HELLO).status()).isEqualTo(401);
        assertThat(shut.models("/v1/models").status()).isEqualTo(401);
        assertThat(shut.asked).hasSize(2);
    }

    @Test
    void where_others_can_reach_it_nobody_may_ask_as_long_as_nobody_is_named() throws IOException {
        try (Face reachable =
                new Face((request, deadline) -> ChatResponse.of("x"), true, Map.of(), new Memory(1 << 20))) {
            assertThat(reachable.ask(Face.HELLO).status()).isEqualTo(401);
            assertThat(reachable.ask(Face.HELLO, "Authorization", "Bearer ").status())
                    .isEqualTo(401);
        }
    }

    @Test
    void the_models_are_the_agents() throws IOException {
        Said said = open.models("/v1/models");

        assertThat(said.at("object")).isEqualTo("list");
        assertThat(said.at("data.0"))
                .isEqualTo(Map.of(
                        "id", "legal_agent", "object", "model", "created", 1795244400L, "owned_by", "understudy"));
        assertThat(said.at("data.1.id")).isEqualTo("qa_agent");
        assertThat(open.models("/v1/models/qa_agent").at("id")).isEqualTo("qa_agent");
    }

    @Test
    void a_model_that_is_no_agent_is_not_found() throws IOException {
        Said said = open.models("/v1/models/proven");

        assertThat(said.status()).isEqualTo(404);
        assertThat(said.at("error.code")).isEqualTo("model_not_found");
    }
}
