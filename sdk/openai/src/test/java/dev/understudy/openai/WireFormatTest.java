package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolChoice;
import dev.understudy.error.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is sent, byte for byte. */
class WireFormatTest {

    private final LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER);

    @AfterEach
    void close() {
        server.close();
    }

    private String bodyOf(ChatRequest request) {
        return bodyOf(
                request, Map.of(), Deployment.builder("d").provider("local").model("m"));
    }

    private String bodyOf(ChatRequest request, Map<String, Object> options, Deployment.Builder deployment) {
        try (Caller caller = new Caller(server.baseUrl(), options, deployment)) {
            caller.chat(request);
        }
        return server.requests().get(server.requests().size() - 1).body();
    }

    @Test
    void a_plain_request_has_a_model_and_messages_and_nothing_else() {
        String body = bodyOf(ChatRequest.of(List.of(
                Message.system("Be brief."), Message.user("Hi"), Message.assistant("Yes?"), Message.user("Grüße 😀"))));

        assertThat(body)
                .isEqualTo("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                        + "{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Yes?\"},"
                        + "{\"role\":\"user\",\"content\":\"Grüße 😀\"}]}");
    }

    @Test
    void the_request_is_a_post_to_the_path_below_the_base_with_the_key_as_bearer() {
        bodyOf(Caller.request());

        LoopbackServer.Request sent = server.requests().get(0);
        assertThat(sent.line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
        assertThat(sent.headers())
                .containsEntry("authorization", "Bearer " + Caller.KEY)
                .containsEntry("content-type", "application/json")
                .containsEntry("accept", "application/json")
                .containsEntry("accept-encoding", "gzip")
                .containsOnlyKeys(
                        "authorization",
                        "content-type",
                        "content-length",
                        "accept",
                        "accept-encoding",
                        "user-agent",
                        "host",
                        "connection");
    }

    @Test
    void a_trailing_slash_of_the_base_does_not_matter() {
        try (Caller caller = new Caller(java.net.URI.create(server.baseUrl() + "//"))) {
            caller.chat();
        }
        assertThat(server.requests().get(0).line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
    }

    @Test
    void parameters_of_the_request_come_before_those_of_the_deployment() {
        Deployment.Builder deployment = Deployment.builder("d")
                .provider("local")
                .model("m")
                .parameters(new Parameters(0.7, 2048, 0.9, List.of("END"), 7L));

        assertThat(bodyOf(Caller.request(), Map.of(), deployment))
                .endsWith("],\"temperature\":0.7,\"max_tokens\":2048,\"top_p\":0.9,\"stop\":[\"END\"],\"seed\":7}");
        ChatRequest own = ChatRequest.builder(Caller.request().messages())
                .parameters(new Parameters(0.0, null, null, List.of(), null))
                .build();
        assertThat(bodyOf(own, Map.of(), deployment))
                .endsWith("],\"temperature\":0.0,\"max_tokens\":2048,\"top_p\":0.9,\"stop\":[\"END\"],\"seed\":7}");
    }

    @Test
    void a_provider_may_call_things_otherwise() {
        Map<String, Object> options = Map.of(
                "seed_field", "random_seed",
                "max_tokens_field", "max_completion_tokens",
                "required_tool_choice", "any",
                "headers", Map.of("OpenAI-Organization", "org-1", "User-Agent", "mine"));
        ChatRequest request = ChatRequest.builder(Caller.request().messages())
                .parameters(Parameters.UNSET.withSeed(1).withMaxTokens(5))
                .tools(List.of(new Tool("f", "does", Map.of())))
                .toolChoice(ToolChoice.REQUIRED)
                .build();

        String body = bodyOf(request, options, Deployment.builder("d").provider("local"));

        assertThat(body)
                .contains("\"max_completion_tokens\":5,\"random_seed\":1")
                .contains("\"tool_choice\":\"any\"");
        assertThat(server.requests().get(0).headers())
                .containsEntry("openai-organization", "org-1")
                .containsEntry("user-agent", "mine");
    }

    @Test
    void images_go_as_parts() {
        String body = bodyOf(ChatRequest.of(
                List.of(Message.user(List.of(new Part.Text("What?"), new Part.ImageUrl("https://e.com/a.png"))))));

        assertThat(body)
                .contains("\"content\":[{\"type\":\"text\",\"text\":\"What?\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://e.com/a.png\"}}]");
    }

    @Test
    void tools_and_their_results_go_as_functions() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("required", List.of("city"));
        schema.put("default", null);
        schema.put("max", 1.5);
        schema.put("strict", true);
        ChatRequest request = ChatRequest.builder(List.of(
                        Message.user("Weather?"),
                        Message.assistant("", List.of(new ToolCall("c1", "weather", "{\"city\":\"Rome\"}"))),
                        Message.tool("c1", "sunny")))
                .tools(List.of(new Tool("weather", "Tells the weather", schema)))
                .toolChoice(ToolChoice.function("weather"))
                .responseFormat(Map.of("type", "json_object"))
                .build();

        assertThat(bodyOf(request))
                .isEqualTo("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Weather?\"},"
                        + "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}]},"
                        + "{\"role\":\"tool\",\"content\":\"sunny\",\"tool_call_id\":\"c1\"}],"
                        + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\","
                        + "\"description\":\"Tells the weather\",\"parameters\":{\"type\":\"object\","
                        + "\"required\":[\"city\"],\"default\":null,\"max\":1.5,\"strict\":true}}}],"
                        + "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"weather\"}},"
                        + "\"response_format\":{\"type\":\"json_object\"}}");
    }

    @Test
    void a_choice_without_tools_is_not_sent() {
        ChatRequest request = ChatRequest.builder(Caller.request().messages())
                .toolChoice(ToolChoice.NONE)
                .build();
        assertThat(bodyOf(request)).doesNotContain("tool_choice");
    }

    @Test
    void extra_fields_of_a_deployment_go_at_the_top() {
        Deployment.Builder deployment =
                Deployment.builder("d").provider("local").model("m").extra(Map.of("safe_prompt", true));
        assertThat(bodyOf(Caller.request(), Map.of(), deployment)).endsWith("],\"safe_prompt\":true}");
    }

    @Test
    void an_extra_field_that_is_sent_anyway_is_refused() {
        Deployment.Builder deployment =
                Deployment.builder("d").provider("local").extra(Map.of("stream", true));
        assertThatThrownBy(() -> bodyOf(Caller.request(), Map.of(), deployment))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("extra field 'stream'");
        assertThat(new OpenAiFactory().problems(deployment.build())).hasSize(1);
    }

    @Test
    void half_a_surrogate_pair_is_replaced_and_not_refused() {
        assertThat(bodyOf(ChatRequest.of(List.of(Message.user("cut \ud83d here, whole 😀, lone \ude00")))))
                .contains("cut ? here, whole 😀, lone ?");
    }

    @Test
    void a_long_prompt_arrives_whole() {
        String prompt = "Lorem ipsum dolor sit amet. ".repeat(100_000);
        assertThat(bodyOf(ChatRequest.of(List.of(Message.user(prompt)))))
                .isEqualTo("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}");
    }
}
