package dev.understudy.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolChoice;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is carried to the model, and that the rest is refused by name. */
class RequestReaderTest {

    private static final String HELLO = "\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]";

    @Test
    void messages_of_all_roles_are_carried() {
        CompletionRequest asked = read("""
                {"model": "qa_agent", "messages": [
                  {"role": "system", "content": "Be brief."},
                  {"role": "developer", "content": "Be kind."},
                  {"role": "user", "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "auto"}}]},
                  {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{\\"at\\": 1}"}}]},
                  {"role": "tool", "tool_call_id": "call_1", "content": "A cat."},
                  {"role": "assistant", "content": "", "tool_calls": [
                    {"id": "call_2", "type": "function", "function": {"name": "look", "arguments": "{}"}}]},
                  {"role": "tool", "tool_call_id": "call_2", "name": "look", "content": [{"type": "text", "text": "A dog."}]},
                  {"role": "assistant", "content": null, "refusal": "I would rather not."},
                  {"role": "assistant", "content": "A cat.", "refusal": null, "annotations": [], "audio": null}
                ]}""");

        assertThat(asked.agent()).isEqualTo("qa_agent");
        assertThat(asked.chat().messages())
                .containsExactly(
                        Message.system("Be brief."),
                        Message.system("Be kind."),
                        Message.user(List.of(
                                new Part.Text("What is this?"), new Part.ImageUrl("data:image/png;base64,AAAA"))),
                        Message.assistant("", List.of(new ToolCall("call_1", "look", "{\"at\": 1}"))),
                        Message.tool("call_1", "A cat."),
                        Message.assistant("", List.of(new ToolCall("call_2", "look", "{}"))),
                        Message.tool("call_2", "A dog."),
                        Message.assistant("I would rather not."),
                        Message.assistant("A cat."));
        assertThat(asked.chat().parameters()).isSameAs(Parameters.UNSET);
        assertThat(asked.stream()).isFalse();
        assertThat(asked.user()).isNull();
    }

    @Test
    void parameters_are_carried() {
        CompletionRequest asked = read("{\"model\": \"a\", " + HELLO + """
                , "temperature": 0.25, "top_p": 0.9, "max_completion_tokens": 64, "stop": ["END", "###"], "seed": 42,
                "user": "u-17", "stream": true, "stream_options": {"include_usage": true},
                "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"maximum": 1.5}}}}""");

        ChatRequest chat = asked.chat();
        assertThat(chat.parameters()).isEqualTo(new Parameters(0.25, 64, 0.9, List.of("END", "###"), 42L));
        assertThat(chat.responseFormat())
                .isEqualTo(Map.of(
                        "type",
                        "json_schema",
                        "json_schema",
                        Map.of("name", "n", "schema", Map.of("maximum", new BigDecimal("1.5")))));
        assertThat(asked.user()).isEqualTo("u-17");
        assertThat(asked.stream()).isTrue();
        assertThat(asked.includeUsage()).isTrue();
    }

    @Test
    void one_stop_sequence_needs_no_array_and_an_integer_may_be_written_with_a_point() {
        Parameters parameters = read("{\"model\": \"a\", " + HELLO
                        + ", \"stop\": \"END\", \"max_tokens\": 12.0, \"temperature\": 1}")
                .chat()
                .parameters();

        assertThat(parameters).isEqualTo(new Parameters(1.0, 12, null, List.of("END"), null));
    }

    @Test
    void tools_are_carried() {
        ChatRequest chat = read("{\"model\": \"a\", " + HELLO + """
                , "tools": [
                  {"type": "function", "function": {"name": "weather", "description": "Tells it", "parameters": {"type": "object"}}},
                  {"type": "function", "function": {"name": "now", "strict": false}}],
                "tool_choice": {"type": "function", "function": {"name": "now"}}}""").chat();

        assertThat(chat.tools())
                .containsExactly(
                        new Tool("weather", "Tells it", Map.of("type", "object")),
                        new Tool("now", "", Map.of("type", "object", "properties", Map.of())));
        assertThat(chat.toolChoice()).isEqualTo(ToolChoice.function("now"));
    }

    @ParameterizedTest
    @CsvSource({"auto, auto", "none, none", "required, required", "any, required"})
    void a_choice_of_tools_is_carried(String said, String mode) {
        ChatRequest chat = read("{\"model\": \"a\", " + HELLO
                        + ", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\"}}], \"tool_choice\": \""
                        + said + "\"}")
                .chat();

        assertThat(chat.toolChoice()).isEqualTo(new ToolChoice(mode, ""));
    }

    @Test
    void what_asks_for_nothing_may_be_said() {
        CompletionRequest asked = read("{\"model\": \"a\", " + HELLO + """
                , "n": 1, "logprobs": false, "top_logprobs": null, "frequency_penalty": 0, "presence_penalty": 0.0,
                "logit_bias": {}, "modalities": ["text"], "parallel_tool_calls": true, "store": false, "metadata": {},
                "service_tier": "auto", "response_format": {"type": "text"}, "tools": [], "functions": [], "stop": [],
                "tool_choice": "auto", "stream": false, "reasoning_effort": null, "something_new": null,
                "safety_identifier": "s", "prompt_cache_key": "k", "prompt_cache_retention": "24h"}""");

        assertThat(asked.chat())
                .isEqualTo(ChatRequest.builder(List.of(Message.user("Hello")))
                        .toolChoice(ToolChoice.AUTO)
                        .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "n | 2",
                "logprobs | true",
                "top_logprobs | 3",
                "audio | {\"voice\": \"ash\"}",
                "modalities | [\"text\", \"audio\"]",
                "prediction | {\"type\": \"content\", \"content\": \"x\"}",
                "web_search_options | {}",
                "functions | [{\"name\": \"f\"}]",
                "function_call | \"auto\"",
                "store | true",
                "metadata | {\"k\": \"v\"}",
                "frequency_penalty | 0.5",
                "presence_penalty | -1",
                "logit_bias | {\"50256\": -100}",
                "parallel_tool_calls | false",
                "reasoning_effort | \"low\"",
                "verbosity | \"low\"",
                "service_tier | \"priority\"",
            })
    void what_cannot_be_honoured_is_refused_by_name(String parameter, String value) {
        ApiError error = refusal("{\"model\": \"a\", " + HELLO + ", \"" + parameter + "\": " + value + "}");

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.code()).isEqualTo("unsupported_parameter");
        assertThat(error.parameter()).isEqualTo(parameter);
        assertThat(error).hasMessageStartingWith("'" + parameter + "' ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // what is sent besides model and messages | code | parameter
                "\"guided_json\": {} | unknown_parameter | guided_json",
                "\"temperature\": 3 | invalid_value | temperature",
                "\"temperature\": \"hot\" | invalid_type | temperature",
                "\"temperature\": 1e400 | invalid_type | temperature",
                "\"top_p\": 0 | invalid_value | top_p",
                "\"max_tokens\": 0 | invalid_value | max_tokens",
                "\"max_tokens\": 1.5 | invalid_type | max_tokens",
                "\"max_tokens\": 99999999999 | invalid_value | max_tokens",
                "\"max_tokens\": 1e999999999 | invalid_type | max_tokens",
                "\"max_tokens\": 1, \"max_completion_tokens\": 2 | invalid_value | max_tokens",
                "\"seed\": 99999999999999999999 | invalid_type | seed",
                "\"stop\": [1] | invalid_type | stop",
                "\"stop\": 1 | invalid_type | stop",
                "\"stream\": 1 | invalid_type | stream",
                "\"stream_options\": {\"include_usage\": true} | invalid_value | stream_options",
                "\"stream\": true, \"stream_options\": {\"x\": 1} | unknown_parameter | stream_options.x",
                "\"response_format\": {} | invalid_value | response_format",
                "\"response_format\": \"json\" | invalid_type | response_format",
                "\"response_format\": {\"type\": \"x\", \"y\": 1e400} | invalid_value | response_format",
                "\"tools\": {} | invalid_type | tools",
                "\"tools\": [1] | invalid_type | tools[0]",
                "\"tools\": [{\"type\": \"custom\", \"custom\": {}}] | unsupported_parameter | tools[0].type",
                "\"tools\": [{\"function\": {}}] | missing_required_parameter | tools[0].function.name",
                "\"tool_choice\": \"required\" | invalid_value | tool_choice",
                "\"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"f\"}} | invalid_value | tool_choice",
                "\"user\": 7 | invalid_type | user",
            })
    void what_is_wrong_is_refused_by_name(String more, String code, String parameter) {
        ApiError error = refusal("{\"model\": \"a\", " + HELLO + ", " + more + "}");

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.parameter()).isEqualTo(parameter);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // a message | code | parameter
                "1 | invalid_type | messages[0]",
                "{\"content\": \"x\"} | missing_required_parameter | messages[0].role",
                "{\"role\": \"function\", \"content\": \"x\"} | invalid_value | messages[0].role",
                "{\"role\": \"poet\", \"content\": \"x\"} | invalid_value | messages[0].role",
                "{\"role\": \"user\"} | missing_required_parameter | messages[0].content",
                "{\"role\": \"user\", \"content\": []} | missing_required_parameter | messages[0].content",
                "{\"role\": \"user\", \"content\": 1} | invalid_type | messages[0].content",
                "{\"role\": \"user\", \"content\": [\"x\"]} | invalid_type | messages[0].content[0]",
                "{\"role\": \"user\", \"content\": [{\"type\": \"input_audio\"}]} | unsupported_parameter | messages[0].content[0].type",
                "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"u\", \"detail\": \"low\"}}]} | unsupported_parameter | messages[0].content[0].image_url.detail",
                "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]} | invalid_type | messages[0].content[0].image_url",
                "{\"role\": \"user\", \"content\": \"x\", \"name\": \"Ann\"} | unsupported_parameter | messages[0].name",
                "{\"role\": \"user\", \"content\": \"x\", \"tool_calls\": []} | unknown_parameter | messages[0].tool_calls",
                "{\"role\": \"user\", \"content\": \"x\", \"cache_control\": {}} | unknown_parameter | messages[0].cache_control",
                "{\"role\": \"tool\", \"content\": \"x\"} | missing_required_parameter | messages[0].tool_call_id",
                "{\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"c\"}]} | missing_required_parameter | messages[0].tool_calls[0].function",
                "{\"role\": \"assistant\", \"content\": \"x\", \"audio\": {\"id\": \"a\"}} | unsupported_parameter | messages[0].audio",
                "{\"role\": \"assistant\", \"content\": \"x\", \"function_call\": {}} | unsupported_parameter | messages[0].function_call",
            })
    void a_wrong_message_is_refused_by_its_place(String message, String code, String parameter) {
        ApiError error = refusal("{\"model\": \"a\", \"messages\": [" + message + "]}");

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.parameter()).isEqualTo(parameter);
    }

    @Test
    void model_and_messages_must_be_there() {
        assertThat(refusal("{" + HELLO + "}").parameter()).isEqualTo("model");
        assertThat(refusal("{\"model\": \"a\"}").parameter()).isEqualTo("messages");
        assertThat(refusal("{\"model\": \"a\", \"messages\": []}").parameter()).isEqualTo("messages");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "[]", "{", "{\"model\": 1} 2", "{\"model\": 1, \"model\": 2}", "nonsense"})
    void what_is_no_json_object_is_refused(String body) {
        ApiError error = refusal(body);

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.code()).isEqualTo("invalid_json");
    }

    @Test
    void nothing_of_the_content_is_in_an_error() {
        assertThatThrownBy(
                        () -> read("{\"model\": \"a\", \"messages\": [{\"role\": \"user\", \"content\": \"canary\"}], "
                                + "\"user\": \"canary\", \"temperature\": \"canary\"}"))
                .hasMessageNotContaining("canary");
        assertThatThrownBy(() ->
                        read("{\"model\": \"a\", \"messages\": [{\"role\": \"canary\", \"content\": \"canary\"}]}"))
                .hasMessageNotContaining("canary");
        assertThatThrownBy(() -> read("{\"model\": \"a\", \"messages\": [{\"role\": \"user\", \"content\": canary}]}"))
                .hasMessageNotContaining("canary");
        assertThat(
                        read("{\"model\": \"a\", \"messages\": [{\"role\": \"user\", \"content\": \"canary\"}], \"user\": \"canary\"}")
                                .toString())
                .doesNotContain("canary");
    }

    @Test
    void a_name_that_a_stranger_chose_is_shown_in_plain_letters_and_cut() {
        ApiError error = refusal("{\"model\": \"a\", " + HELLO + ", \"a\\r\\nb" + "x".repeat(100) + "\": 1}");

        assertThat(error.parameter()).isEqualTo("a??b" + "x".repeat(60) + "...");
    }

    private static CompletionRequest read(String body) {
        return RequestReader.read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static ApiError refusal(String body) {
        return catchThrowableOfType(ApiError.class, () -> read(body));
    }
}
