package dev.understudy.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.server.http.Wire;
import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The OpenAI face over sockets: off unless wanted, and not for pages of other sites. */
class OpenAiFaceTest {

    private static final String BODY =
            "{\"model\": \"qa_agent\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";

    private final ModelRegistry registry = ModelRegistry.builder()
            .configuration(Configuration.builder()
                    .deployment(Deployment.of(
                            "proven",
                            ChatModel.honouringDeadline(
                                    (request, deadline) -> ChatResponse.of("Lorem ipsum. ".repeat(answerLength)))))
                    .agent(AgentSettings.builder("qa_agent").baseline("proven").build())
                    .build())
            .build();

    private static volatile int answerLength = 1;

    @AfterEach
    void close() {
        registry.close();
        answerLength = 1;
    }

    @Test
    void it_is_off_unless_wanted() throws IOException {
        try (RegistryServer server =
                RegistryServer.start(registry, ServerOptions.builder().port(0).build())) {
            assertThat(Wire.get(server.port(), "/v1/models")).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void it_answers_whole_and_as_a_stream_and_however_long() throws IOException {
        try (RegistryServer server = start()) {
            assertThat(Wire.get(server.port(), "/v1/models"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"id\":\"qa_agent\"");
            assertThat(ask(server, BODY))
                    .startsWith("HTTP/1.1 200 ")
                    .contains(
                            "Content-length: ", "\r\nX-understudy-model: proven\r\n", "\"content\":\"Lorem ipsum. \"");
            assertThat(ask(server, BODY.replace("{\"model\"", "{\"stream\": true, \"model\"")))
                    .contains("\r\nContent-type: text/event-stream; charset=utf-8\r\n", "data: [DONE]\n\n");
            answerLength = 20_000;
            assertThat(ask(server, BODY))
                    .contains("Transfer-encoding: chunked")
                    .hasSizeGreaterThan(20_000 * 13)
                    .containsPattern("\r\n0\r\n\r\n$");
        }
    }

    @Test
    void what_it_does_not_know_is_told_in_the_format() throws IOException {
        try (RegistryServer server = start()) {
            assertThat(Wire.get(server.port(), "/v1/assistants"))
                    .startsWith("HTTP/1.1 404 ")
                    .contains("\"code\":\"unknown_url\"");
            assertThat(post(server, "/v1/responses", "application/json", "{}"))
                    .startsWith("HTTP/1.1 404 ")
                    .contains("\"code\":\"unknown_url\"");
        }
    }

    @Test
    void a_page_of_another_site_cannot_ask() throws IOException {
        try (RegistryServer server = start()) {
            assertThat(ask(server, BODY, "Origin: https://evil.example")).startsWith("HTTP/1.1 403 ");
            assertThat(ask(server, BODY, "Sec-Fetch-Site: cross-site")).startsWith("HTTP/1.1 403 ");
            assertThat(post(server, "/v1/chat/completions", "text/plain", BODY)).startsWith("HTTP/1.1 415 ");
            assertThat(Wire.answer(
                            server.port(),
                            "OPTIONS /v1/chat/completions HTTP/1.1",
                            "Host: localhost",
                            "Connection: close",
                            "Origin: https://evil.example",
                            "Access-Control-Request-Method: POST",
                            ""))
                    .startsWith("HTTP/1.1 405 ")
                    .doesNotContain("Access-control-allow");
        }
    }

    @Test
    void whoever_can_be_reached_from_outside_asks_for_a_key() throws IOException {
        ServerOptions outside = ServerOptions.builder()
                .address(InetAddress.getByName("0.0.0.0"))
                .port(0)
                .openAi(true)
                .build();
        try (RegistryServer server = RegistryServer.start(registry, outside)) {
            assertThat(ask(server, BODY)).startsWith("HTTP/1.1 401 ").contains("\"code\":\"invalid_api_key\"");
        }
    }

    private RegistryServer start() {
        return RegistryServer.start(
                registry, ServerOptions.builder().port(0).openAi(true).build());
    }

    private static String ask(RegistryServer server, String body, String... headers) throws IOException {
        return post(server, "/v1/chat/completions", "application/json", body, headers);
    }

    private static String post(RegistryServer server, String path, String type, String body, String... headers)
            throws IOException {
        try (Wire wire = new Wire(server.port())) {
            wire.say("POST " + path + " HTTP/1.1", "Host: localhost", "Connection: close", "Content-Type: " + type);
            for (String header : headers) {
                wire.say(header);
            }
            return wire.say("Content-Length: " + body.length(), "").send(body).rest();
        }
    }
}
