package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a 200. */
class AnswerTest {

    private static ChatResponse answer(String body, String... headers) {
        try (LoopbackServer server = new LoopbackServer((request, wire) -> wire.respond(200, body, headers));
                Caller caller = new Caller(server)) {
            return caller.chat();
        }
    }

    private static ChatException failure(LoopbackServer.Script script) {
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            return caller.failure();
        }
    }

    private static ChatException failure(String body) {
        return failure((request, wire) -> wire.respond(200, body));
    }

    private static String choice(String message, String finishReason) {
        return "{\"choices\":[{\"message\":" + message + ",\"finish_reason\":" + finishReason + "}]}";
    }

    @Test
    void a_plain_answer_has_text_usage_and_an_id() {
        ChatResponse answer = answer(Caller.ANSWER);

        assertThat(answer.text()).isEqualTo("Hello.");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.usage()).isEqualTo(new Usage(7, 2));
        assertThat(answer.requestId()).isEqualTo("chatcmpl-1");
        assertThat(answer.toolCalls()).isEmpty();
    }

    @Test
    void an_answer_without_content_is_malformed_and_says_what_it_cost() {
        ChatException failure = failure("{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}");

        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure.inputTokens()).isEqualTo(7);
        assertThat(failure.outputTokens()).isEqualTo(2);
        assertThat(failure("{}").inputTokens()).isZero();
    }

    @Test
    void the_id_in_the_header_comes_first() {
        assertThat(answer(Caller.ANSWER, "x-request-id: req-7").requestId()).isEqualTo("req-7");
        assertThat(answer(Caller.ANSWER, "request-id: req-8").requestId()).isEqualTo("req-8");
        assertThat(answer(Caller.ANSWER, "x-request-id: " + Caller.KEY).requestId())
                .isEqualTo("chatcmpl-1");
    }

    @ParameterizedTest
    @CsvSource({
        "stop, STOP",
        "length, LENGTH",
        "model_length, LENGTH",
        "tool_calls, TOOL_CALLS",
        "content_filter, CONTENT_FILTER",
        "because, OTHER",
    })
    void a_finish_reason_is_one_of_ours(String wire, FinishReason ours) {
        ChatResponse answer = answer(choice("{\"content\":\"x\"}", "\"" + wire + "\""));
        assertThat(answer.finishReason()).isEqualTo(ours);
        assertThat(answer.text()).isEqualTo("x");
    }

    @Test
    void a_missing_finish_reason_is_another() {
        assertThat(answer("{\"choices\":[{\"message\":{\"content\":\"x\"}}]}").finishReason())
                .isEqualTo(FinishReason.OTHER);
        assertThat(answer(choice("{\"content\":\"x\"}", "null")).finishReason()).isEqualTo(FinishReason.OTHER);
    }

    @Test
    void tool_calls_need_no_text() {
        ChatResponse answer = answer(choice(
                "{\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                        + "\"arguments\":\"{\\\"x\\\":1}\"}},{\"function\":{\"arguments\":{\"y\":[1,2.50,\"z\"]},\"name\":\"g\"}}]}",
                "\"tool_calls\""));

        assertThat(answer.text()).isEmpty();
        assertThat(answer.toolCalls())
                .containsExactly(new ToolCall("a", "f", "{\"x\":1}"), new ToolCall("", "g", "{\"y\":[1,2.50,\"z\"]}"));
    }

    @Test
    void content_in_parts_is_joined_without_the_thinking() {
        assertThat(answer(choice(
                                "{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},"
                                        + "{\"type\":\"text\",\"text\":\"one \"},{\"text\":\"two\",\"type\":\"text\"}],"
                                        + "\"reasoning_content\":\"secret thoughts\"}",
                                "\"stop\""))
                        .text())
                .isEqualTo("one two");
    }

    @Test
    void the_first_choice_counts() {
        assertThat(answer("{\"choices\":[{\"message\":{\"content\":\"one\"}},{\"message\":{\"content\":\"two\"}}]}")
                        .text())
                .isEqualTo("one");
    }

    @Test
    void a_refusal_is_an_answer_of_its_own() {
        ChatResponse answer = answer(choice("{\"content\":null,\"refusal\":\"I would rather not.\"}", "\"stop\""));
        assertThat(answer.text()).isEqualTo("I would rather not.");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    }

    @Test
    void an_answer_cut_at_its_first_token_is_truncated_and_not_malformed() {
        assertThat(answer(choice("{\"content\":\"\"}", "\"length\"")).truncated())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "[]",
                "\"many\"",
                "{\"prompt_tokens\":-1,\"completion_tokens\":-7}",
                "{\"prompt_tokens\":99999999999999999999,\"completion_tokens\":99999999999}",
                "{\"prompt_tokens\":\"7\",\"completion_tokens\":1.5}",
            })
    void usage_that_cannot_be_is_none(String usage) {
        assertThat(answer("{\"usage\":" + usage + ",\"choices\":[{\"message\":{\"content\":\"x\"}}]}")
                        .usage())
                .isEqualTo(Usage.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   \n ",
                "<html><body>Welcome to nginx</body></html>",
                "Hello",
                "null",
                "[]",
                "42",
                "{}",
                "{\"choices\":[]}",
                "{\"choices\":null}",
                "{\"choices\":[null]}",
                "{\"choices\":[{}]}",
                "{\"choices\":[{\"message\":null}]}",
                "{\"choices\":[{\"message\":{}}]}",
                "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"message\":{\"content\":\" \\n\"},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"message\":{\"content\":\"clipped",
                "{\"choices\":[{\"message\":{\"content\":\"whole\"}}]",
                "{\"choices\":[{\"message\":{\"content\":\"whole\"}}]}{\"choices\":[]}",
                "{\"choices\":[{\"message\":{\"content\":\"whole\"}}]} tail",
                "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{}}]}}]}",
                "data: {\"choices\":[]}\n\n",
            })
    void what_is_no_answer_is_malformed(String body) {
        ChatException failure = failure(body);
        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure.status()).hasValue(200);
        assertThat(failure.getCause()).isNull();
        assertThat(failure.getMessage())
                .contains("'tuned'", "'local'", "200")
                .doesNotContain("nginx", "clipped", "whole");
    }

    @Test
    void json_that_is_nested_too_deep_is_malformed() {
        assertThat(failure("{\"x\":" + "[".repeat(100_000)).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void a_number_of_a_million_digits_is_malformed_or_skipped_but_no_harm() {
        String body = "{\"usage\":{\"prompt_tokens\":" + "9".repeat(1_000_000)
                + "},\"choices\":[{\"message\":{\"content\":\"x\"}}]}";
        assertThat(failure(body).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void bytes_that_are_no_utf8_are_malformed() {
        byte[] body = choice("{\"content\":\"caf?\"}", "\"stop\"").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < body.length; i++) {
            if (body[i] == '?') {
                body[i] = (byte) 0xe9;
            }
        }
        assertThat(failure((request, wire) -> wire.respond(200, body)).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void a_204_has_no_answer() {
        assertThat(failure((request, wire) -> wire.send("HTTP/1.1 204 No Content\r\n\r\n"))
                        .kind())
                .isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void a_filtered_answer_without_text_is_a_failure() {
        assertThat(failure(choice("{\"content\":null}", "\"content_filter\"")).kind())
                .isEqualTo(FailureKind.CONTENT_FILTER);
    }

    @Test
    void a_generation_that_failed_is_the_upstreams_fault() {
        assertThat(failure(choice("{\"content\":\"half an ans\"}", "\"error\"")).kind())
                .isEqualTo(FailureKind.UPSTREAM);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"error\":{\"message\":\"x\",\"code\":\"context_length_exceeded\"}} | CONTEXT_LENGTH",
                "{\"error\":{\"message\":\"x\",\"code\":429}} | RATE_LIMITED",
                "{\"error\":{\"message\":\"Insufficient credits\",\"code\":402}} | QUOTA",
                "{\"error\":{\"code\":502,\"message\":\"no\"},\"choices\":[]} | UPSTREAM",
                "{\"object\":\"error\",\"message\":\"m\",\"type\":\"BadRequestError\",\"code\":400} | INVALID_REQUEST",
                "{\"error\":\"model 'x' not found, try pulling it first\"} | MODEL_UNAVAILABLE",
                "{\"error\":{\"type\":\"server_error\"}} | UPSTREAM",
                "{\"error\":\"\"} | OTHER",
                "{\"choices\":[{\"error\":{\"code\":503,\"message\":\"down\"},\"message\":{\"content\":\"ha\"}}]} | UPSTREAM",
            })
    void an_error_that_came_with_200_is_taken_by_its_code(String body, FailureKind kind) {
        assertThat(failure(body).kind()).isEqualTo(kind);
    }

    @Test
    void an_error_that_says_nothing_beside_an_answer_is_none() {
        assertThat(answer("{\"error\":null,\"choices\":[{\"message\":{\"content\":\"x\"}}]}")
                        .text())
                .isEqualTo("x");
        assertThat(answer("{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"error\":{}}")
                        .text())
                .isEqualTo("x");
    }

    @Test
    void packed_answers_are_unpacked() throws IOException {
        byte[] packed = gzip(Caller.ANSWER.getBytes(StandardCharsets.UTF_8));
        try (LoopbackServer server =
                        new LoopbackServer((request, wire) -> wire.respond(200, packed, "Content-Encoding: gzip"));
                Caller caller = new Caller(server)) {
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void packing_that_is_broken_is_malformed() throws IOException {
        byte[] packed = gzip(Caller.ANSWER.getBytes(StandardCharsets.UTF_8));
        byte[] cut = java.util.Arrays.copyOf(packed, packed.length - 12);
        assertThat(failure((request, wire) -> wire.respond(200, cut, "Content-Encoding: gzip"))
                        .kind())
                .isEqualTo(FailureKind.MALFORMED);
        assertThat(failure((request, wire) -> wire.respond(200, Caller.ANSWER, "Content-Encoding: gzip"))
                        .kind())
                .isEqualTo(FailureKind.MALFORMED);
        assertThat(failure((request, wire) -> wire.respond(200, packed, "Content-Encoding: br"))
                        .kind())
                .isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void chunked_answers_are_read() {
        try (LoopbackServer server = new LoopbackServer((request, wire) ->
                        wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(Caller.ANSWER)));
                Caller caller = new Caller(server)) {
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isOne();
        }
    }

    private static String chunks(String body) {
        StringBuilder chunks = new StringBuilder();
        for (int i = 0; i < body.length(); i += 50) {
            String chunk = body.substring(i, Math.min(body.length(), i + 50));
            chunks.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return chunks.append("0\r\n\r\n").toString();
    }

    @Test
    void a_connection_is_used_again_after_an_answer_and_not_after_a_malformed_one() {
        try (LoopbackServer server = new LoopbackServer(new LoopbackServer.Script() {
                    private int count;

                    @Override
                    public void answer(LoopbackServer.Request request, LoopbackServer.Wire wire) throws IOException {
                        // The third says that it is shorter than it is: the rest would be taken for the next answer.
                        String wrong = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + Caller.ANSWER;
                        if (++count == 3) {
                            wire.send(wrong);
                        } else {
                            wire.respond(200, Caller.ANSWER);
                        }
                    }
                });
                Caller caller = new Caller(server)) {
            caller.chat();
            caller.chat();
            assertThat(server.connections()).isOne();
            assertThat(caller.failure().kind()).isEqualTo(FailureKind.MALFORMED);
            assertThat(caller.chat().text()).isEqualTo("Hello.");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }
}
