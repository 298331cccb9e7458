package dev.understudy.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.server.gateway.Face.Said;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an agent says, in OpenAI's format. */
class CompletionsTest {

    private static final ToolCall LOOK = new ToolCall("call_1", "look", "{\"at\": \"höhe\"}");

    @Test
    void an_answer_is_a_chat_completion() throws IOException {
        try (Face face = Face.answering(ChatResponse.of("It is \"on its way\".", new Usage(12, 34)))) {
            Said said = face.ask(Face.HELLO);

            assertThat(said.status()).isEqualTo(200);
            assertThat(said.headers()).containsEntry("Content-Type", "application/json");
            assertThat(said.at("id").toString()).matches("chatcmpl-[0-9a-z]{10,}");
            assertThat(said.at("object")).isEqualTo("chat.completion");
            assertThat(said.at("created")).isEqualTo(1795244400L);
            assertThat(said.at("model")).isEqualTo("qa_agent");
            assertThat(said.at("choices.0.index")).isEqualTo(0L);
            assertThat(said.at("choices.0.message.role")).isEqualTo("assistant");
            assertThat(said.at("choices.0.message.content")).isEqualTo("It is \"on its way\".");
            assertThat(said.at("choices.0.finish_reason")).isEqualTo("stop");
            assertThat(said.json().get("usage"))
                    .isEqualTo(Map.of("prompt_tokens", 12L, "completion_tokens", 34L, "total_tokens", 46L));
            assertThat(face.memory.usedBytes()).isZero();
        }
    }

    @Test
    void tool_calls_are_told_and_no_content() throws IOException {
        try (Face face = Face.answering(answer("", FinishReason.TOOL_CALLS, LOOK))) {
            Said said = face.ask(Face.HELLO);

            assertThat(said.at("choices.0.message.content")).isNull();
            assertThat(said.at("choices.0.message.tool_calls"))
                    .isEqualTo(List.of(Map.of(
                            "id",
                            "call_1",
                            "type",
                            "function",
                            "function",
                            Map.of("name", "look", "arguments", "{\"at\": \"höhe\"}"))));
            assertThat(said.at("choices.0.finish_reason")).isEqualTo("tool_calls");
        }
    }

    @ParameterizedTest
    @EnumSource(FinishReason.class)
    void every_finish_reason_is_one_that_the_format_knows(FinishReason reason) throws IOException {
        try (Face face = Face.answering(answer("x", reason))) {
            assertThat(face.ask(Face.HELLO).at("choices.0.finish_reason"))
                    .isIn("stop", "length", "tool_calls", "content_filter");
        }
    }

    @Test
    void half_a_character_does_no_harm() throws IOException {
        try (Face face = Face.answering(answer("😀 and \uD83D", FinishReason.LENGTH))) {
            assertThat(face.ask(Face.HELLO).at("choices.0.message.content")).isEqualTo("😀 and \uFFFD");
        }
    }

    @Test
    void a_long_answer_is_not_copied_and_given_back_at_the_end() throws IOException {
        String text = "Lorem ipsum ".repeat(10_000);
        try (Face face = Face.answering(ChatResponse.of(text))) {
            Said said = face.ask(Face.HELLO);

            assertThat(said.at("choices.0.message.content")).isEqualTo(text);
            assertThat(face.memory.usedBytes()).isZero();
        }
    }

    @Test
    void where_it_came_from_is_in_the_headers() throws IOException {
        ChatResponse told =
                new ChatResponse("x", List.of(), FinishReason.STOP, Usage.NONE, "req\r\nX-Evil: 1", Provenance.NONE);
        try (Face face = Face.answering(told)) {
            Map<String, String> headers = face.ask(Face.HELLO).headers();

            assertThat(headers)
                    .containsEntry("x-understudy-agent", "qa_agent")
                    .containsEntry("x-understudy-model", "proven")
                    .containsEntry("x-understudy-variant", "baseline")
                    .containsEntry("x-understudy-degraded", "false")
                    .containsEntry("x-understudy-cache", CacheStatus.OFF.tag())
                    .containsEntry("x-understudy-attempts", "1")
                    .containsEntry("x-understudy-cost", "0")
                    .containsEntry("x-understudy-request-id", "req??X-Evil: 1")
                    .containsEntry("x-request-id", "req??X-Evil: 1")
                    .doesNotContainKey("x-understudy-degraded-reason");
            assertThat(headers.get("x-understudy-latency-ms")).matches("\\d+\\.\\d");
        }
    }

    @Test
    void the_understudys_answer_says_so() throws IOException {
        try (Face face = Face.answering(ChatResponse.of("x"))) {
            Said said = face.ask(Face.HELLO.replace("qa_agent", "legal_agent"), "X-Experiment", "canary");

            assertThat(said.status()).isEqualTo(200);
            assertThat(said.headers())
                    .containsEntry("x-understudy-model", "proven")
                    .containsEntry("x-understudy-variant", "candidate")
                    .containsEntry("x-understudy-degraded", "true")
                    .containsEntry("x-understudy-degraded-reason", "other");
            assertThat(said.at("model")).isEqualTo("legal_agent");
        }
    }

    @Test
    void a_stream_says_who_speaks_then_what_then_why_it_ended() throws IOException {
        try (Face face = Face.answering(answer("Look:", FinishReason.TOOL_CALLS, LOOK))) {
            Said said = face.ask(streaming("\"stream_options\": {\"include_usage\": true}, "));

            assertThat(said.headers())
                    .containsEntry("Content-Type", "text/event-stream; charset=utf-8")
                    .containsEntry("x-understudy-model", "proven");
            List<Said> chunks = chunks(said);
            assertThat(chunks).hasSize(5);
            assertThat(chunks).allSatisfy(chunk -> {
                assertThat(chunk.at("id")).isEqualTo(chunks.get(0).at("id"));
                assertThat(chunk.at("object")).isEqualTo("chat.completion.chunk");
                assertThat(chunk.at("model")).isEqualTo("qa_agent");
            });
            assertThat(chunks.get(0).at("choices.0.delta")).isEqualTo(Map.of("role", "assistant", "content", ""));
            assertThat(chunks.get(1).at("choices.0.delta")).isEqualTo(Map.of("content", "Look:"));
            assertThat(chunks.get(2).at("choices.0.delta.tool_calls.0.index")).isEqualTo(0L);
            assertThat(chunks.get(2).at("choices.0.delta.tool_calls.0.function.arguments"))
                    .isEqualTo(LOOK.arguments());
            assertThat(chunks.get(3).at("choices.0.delta")).isEqualTo(Map.of());
            assertThat(chunks.get(3).at("choices.0.finish_reason")).isEqualTo("tool_calls");
            assertThat(chunks.get(4).at("choices")).isEqualTo(List.of());
            assertThat(chunks.get(4).at("usage.total_tokens")).isEqualTo(3L);
            assertThat(chunks.subList(0, 4))
                    .allSatisfy(chunk -> assertThat(chunk.json()).containsEntry("usage", null));
        }
    }

    @Test
    void a_stream_tells_the_usage_only_where_it_is_asked_for() throws IOException {
        try (Face face = Face.answering(answer("Look.", FinishReason.STOP))) {
            List<Said> chunks = chunks(face.ask(streaming("")));

            assertThat(chunks).hasSize(3).noneMatch(chunk -> chunk.json().containsKey("usage"));
        }
    }

    @Test
    void a_call_that_fails_is_an_error_and_no_stream() throws IOException {
        try (Face face = new Face((request, deadline) -> {
            throw FailureKind.CONTEXT_LENGTH.exception("Too long for 'proven'", Origin.of("proven"), null);
        })) {
            Said said = face.ask(streaming(""));

            assertThat(said.status()).isEqualTo(400);
            assertThat(said.json().get("error"))
                    .isEqualTo(Map.of(
                            "message",
                            "Too long for 'proven'",
                            "type",
                            "invalid_request_error",
                            "param",
                            "messages",
                            "code",
                            "context_length_exceeded"));
            assertThat(said.headers()).containsEntry("x-should-retry", "false");
            assertThat(face.memory.usedBytes()).isZero();
        }
    }

    @Test
    void an_agent_that_is_not_there_is_a_model_that_is_not_found() throws IOException {
        try (Face face = Face.answering(ChatResponse.of("x"))) {
            Said said = face.ask(Face.HELLO.replace("qa_agent", "nobody"));

            assertThat(said.status()).isEqualTo(404);
            assertThat(said.at("error.code")).isEqualTo("model_not_found");
            assertThat(said.at("error.param")).isEqualTo("model");
            assertThat(said.at("error.message"))
                    .isEqualTo("There is no agent 'nobody'; known are [legal_agent, qa_agent]");
        }
    }

    @Test
    void a_model_that_breaks_tells_nothing() throws IOException {
        try (Face face = new Face((request, deadline) -> {
            throw new IllegalStateException("canary");
        })) {
            Said said = face.ask(Face.HELLO);

            assertThat(said.status()).isEqualTo(500);
            assertThat(said.body()).contains("IllegalStateException").doesNotContain("canary");
        }
    }

    @Test
    void a_registry_that_was_closed_is_not_there_now() throws IOException {
        try (Face face = Face.answering(ChatResponse.of("x"))) {
            face.registry.close();

            Said said = face.ask(Face.HELLO);
            assertThat(said.status()).isEqualTo(503);
            assertThat(said.at("error.code")).isEqualTo("cancelled");
        }
    }

    @Test
    void what_finds_no_room_is_refused_at_once_and_may_come_again() throws IOException {
        try (Face face = new Face((request, deadline) -> ChatResponse.of("x"), false, Map.of(), new Memory(100))) {
            Said said = face.ask(Face.HELLO);

            assertThat(said.status()).isEqualTo(503);
            assertThat(said.headers()).containsEntry("x-should-retry", "true").containsKey("Retry-After");
            assertThat(face.asked).isEmpty();
            assertThat(face.memory.usedBytes()).isZero();
        }
    }

    @Test
    void another_content_type_is_refused() throws IOException {
        try (Face face = Face.answering(ChatResponse.of("x"))) {
            assertThat(face.ask(Face.HELLO, "Content-Type", "text/plain").status())
                    .isEqualTo(415);
            assertThat(face.ask(Face.HELLO, "Content-Type", "application/json; charset=utf-8")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_caller_may_shorten_the_agents_time_and_not_prolong_it() throws IOException {
        try (Face face = Face.answering(ChatResponse.of("x"))) {
            face.ask(Face.HELLO, "X-Timeout", "5s");
            face.ask(Face.HELLO, "X-Timeout", "30m");
            face.ask(Face.HELLO, "X-Stainless-Timeout", "600");
            face.ask(Face.HELLO, "X-Stainless-Timeout", "7");

            assertThat(face.remaining.get(0)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
            assertThat(face.remaining.get(1)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
            assertThat(face.remaining.get(2)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
            assertThat(face.remaining.get(3)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(7));
        }
    }

    private static String streaming(String more) {
        return Face.HELLO.replace("{\"model\"", "{\"stream\": true, " + more + "\"model\"");
    }

    private static List<Said> chunks(Said said) {
        String[] events = said.body().split("\n\n");
        assertThat(events).allMatch(event -> event.startsWith("data: ") && !event.contains("\n"));
        assertThat(events[events.length - 1]).isEqualTo("data: [DONE]");
        return Arrays.stream(events, 0, events.length - 1)
                .map(event -> new Said(200, Map.of(), event.substring(6)))
                .toList();
    }

    private static ChatResponse answer(String text, FinishReason reason, ToolCall... calls) {
        return new ChatResponse(text, List.of(calls), reason, new Usage(1, 2), null, Provenance.NONE);
    }
}
