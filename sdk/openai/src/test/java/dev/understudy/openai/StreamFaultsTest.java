package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Sink;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.IncompleteStreamException;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes over the wire instead of a stream as it should be, and what becomes of it. */
@Timeout(60)
class StreamFaultsTest {

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String UNTIL_CLOSED = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final String FINISH = event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    private static final String USAGE =
            event("{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}");

    /** Hears text, and how often there was progress without. */
    private static final class Ear implements Sink {
        private final List<String> heard = new ArrayList<>();
        private int progress;

        @Override
        public void text(String piece) {
            heard.add(piece);
        }

        @Override
        public void progress() {
            progress++;
        }
    }

    private final Ear ear = new Ear();

    private static String event(String data) {
        return "data: " + data + "\n\n";
    }

    private static String token(String text) {
        return event("{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}");
    }

    private static String chunk(String body) {
        return Integer.toHexString(body.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + body + "\r\n";
    }

    /** A script that answers with these events, properly framed and ended. */
    private static LoopbackServer.Script events(String... events) {
        return (request, wire) -> {
            wire.send(HEAD);
            for (String event : events) {
                wire.send(chunk(event));
            }
            wire.send("0\r\n\r\n");
        };
    }

    /** A script that says this and closes. */
    private static LoopbackServer.Script saysAndCloses(String raw) {
        return (request, wire) -> {
            wire.send(raw);
            wire.close();
        };
    }

    private static Deadline seconds(Caller caller, int seconds) {
        return caller.deadline(Duration.ofSeconds(seconds));
    }

    private ChatResponse answer(LoopbackServer.Script script) {
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            return caller.model.stream(Caller.request(), seconds(caller, 20), ear);
        }
    }

    private ChatException failure(LoopbackServer.Script script) {
        return failure(script, Duration.ofSeconds(20));
    }

    private ChatException failure(LoopbackServer.Script script, Duration timeout) {
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            ChatResponse answer = caller.model.stream(Caller.request(), caller.deadline(timeout), ear);
            throw new AssertionError("an answer instead of a failure: " + answer);
        } catch (ChatException told) {
            return told;
        }
    }

    @Test
    void a_stream_as_it_should_be() {
        ChatResponse whole = answer(events(
                event(
                        "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}"),
                token("Hel"),
                token("lo."),
                FINISH,
                USAGE,
                DONE));
        assertThat(ear.heard).containsExactly("Hel", "lo.");
        assertThat(whole.text()).isEqualTo("Hello.");
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(whole.usage()).isEqualTo(new Usage(7, 3));
        assertThat(whole.requestId()).isEqualTo("c1");
    }

    @Test
    void it_is_asked_for_as_a_stream_with_its_usage() {
        try (LoopbackServer server = new LoopbackServer(events(token("x"), FINISH, DONE));
                Caller caller = new Caller(server)) {
            caller.model.stream(Caller.request(), seconds(caller, 20), ear);
            LoopbackServer.Request request = server.requests().get(0);
            assertThat(request.body()).contains("\"stream\":true,\"stream_options\":{\"include_usage\":true}");
            assertThat(request.headers()).containsEntry("accept", "text/event-stream");
            assertThat(request.headers()).containsEntry("accept-encoding", "identity");
        }
    }

    @Test
    void a_server_that_refuses_to_be_asked_for_usage_is_not_asked_again() {
        LoopbackServer.Script script = (request, wire) -> {
            if (request.body().contains("stream_options")) {
                wire.respond(
                        422,
                        "{\"detail\":[{\"loc\":[\"body\",\"stream_options\"],\"msg\":\"Extra inputs are not"
                                + " permitted\"}]}");
            } else {
                events(token("Hello."), FINISH, DONE).answer(request, wire);
            }
        };
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            try {
                caller.model.stream(Caller.request(), seconds(caller, 20), ear);
                throw new AssertionError("422 was taken for an answer");
            } catch (ChatException refused) {
                assertThat(refused.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
                assertThat(refused.retryable()).isTrue();
            }
            assertThat(caller.model.stream(Caller.request(), seconds(caller, 20), ear)
                            .text())
                    .isEqualTo("Hello.");
        }
    }

    @Test
    void usage_is_not_asked_for_where_the_provider_is_said_not_to_want_that() {
        Deployment.Builder deployment =
                Deployment.builder("tuned").provider("local").model("m");
        try (LoopbackServer server = new LoopbackServer(events(token("x"), FINISH, DONE));
                Caller caller = new Caller(server.baseUrl(), Map.of("stream_usage", false), deployment)) {
            caller.model.stream(Caller.request(), seconds(caller, 20), ear);
            assertThat(server.requests().get(0).body())
                    .contains("\"stream\":true")
                    .doesNotContain("stream_options");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void a_whole_stream_leaves_its_connection_to_the_next_call(String lineEnd) {
        String stream = (token("x") + FINISH + DONE + "\n").replace("\n", lineEnd);
        try (LoopbackServer server = new LoopbackServer(events(stream));
                Caller caller = new Caller(server)) {
            for (int i = 0; i < 5; i++) {
                caller.model.stream(Caller.request(), seconds(caller, 20), ear);
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void an_event_may_have_a_byte_order_mark_before_it_and_several_lines(String lineEnd) {
        String split = "\ufeff: hi\n"
                + "data: {\"choices\":[{\"index\":0,\n"
                + "data:\"delta\":\n"
                + "id: 7\n"
                + "data: {\"content\":\"Hello.\"}}]}\n\n";
        ChatResponse whole = answer(events((split + FINISH + USAGE + DONE).replace("\n", lineEnd)));
        assertThat(ear.heard).containsExactly("Hello.");
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(whole.usage()).isEqualTo(new Usage(7, 3));
    }

    @Test
    @Rule("R20")
    void a_finish_reason_without_done_is_complete() {
        assertThat(answer(events(token("Hello."), FINISH)).text()).isEqualTo("Hello.");
    }

    @Test
    @Rule("R20")
    void done_without_a_finish_reason_is_complete() {
        assertThat(answer(events(token("Hello."), DONE)).finishReason()).isEqualTo(FinishReason.OTHER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rule({"R20", "R28"})
    void a_clean_early_end_is_no_short_answer(boolean chunked) {
        ChatException failure = failure(
                chunked
                        ? events(token("Half an "), token("ans"))
                        : saysAndCloses(UNTIL_CLOSED + token("Half an ") + token("ans")));
        assertThat(failure).isInstanceOf(IncompleteStreamException.class);
        assertThat(failure).hasMessageNotContaining("Half");
        assertThat(failure.retryable()).isTrue();
        assertThat(ear.heard).containsExactly("Half an ", "ans");
    }

    @Test
    @Rule("R20")
    void a_stream_that_is_cut_inside_a_chunk_is_a_broken_connection() {
        ChatException failure = failure(saysAndCloses(HEAD + chunk(token("Half")) + "40\r\ndata: {\"cho"));
        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSPORT);
    }

    @Test
    @Rule("R20")
    void a_stream_that_is_cut_after_its_finish_reason_is_complete() {
        assertThat(answer(saysAndCloses(HEAD + chunk(token("Hello.")) + chunk(FINISH) + "40\r\ndata: {\"us"))
                        .text())
                .isEqualTo("Hello.");
    }

    @Test
    @Rule({"R4", "R20"})
    void nobody_waits_for_the_end_of_a_connection_after_done() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        long start = System.nanoTime();
        ChatResponse whole = answer((request, wire) -> {
            wire.send(HEAD + chunk(token("Hello.") + FINISH + DONE));
            wire.awaitClose(closed);
        });
        assertThat(whole.text()).isEqualTo("Hello.");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(closed.await(200, TimeUnit.MILLISECONDS)).isTrue();
    }

    @Test
    @Rule("R20")
    void nobody_waits_long_for_usage_and_done_after_the_finish_reason() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        ChatResponse whole = answer((request, wire) -> {
            wire.send(HEAD + chunk(token("Hello.") + FINISH));
            wire.awaitClose(closed);
        });
        assertThat(whole.text()).isEqualTo("Hello.");
        assertThat(whole.latency()).isLessThan(Duration.ofSeconds(5));
        assertThat(closed.await(1, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void what_comes_after_done_is_not_read_and_its_connection_not_used_again() {
        LoopbackServer.Script script = (request, wire) -> {
            wire.send(HEAD + chunk(token("Hello.") + FINISH + DONE + token("And more.")));
            wire.send("0\r\n\r\n");
        };
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            for (int i = 1; i <= 2; i++) {
                assertThat(caller.model.stream(Caller.request(), seconds(caller, 20), ear)
                                .text())
                        .isEqualTo("Hello.");
                assertThat(server.connections()).isEqualTo(i);
            }
        }
        assertThat(ear.heard).containsExactly("Hello.", "Hello.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ": ping\n\n",
                "\n",
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n",
                "data:\n\n"
            })
    @Rule({"R1", "R4"})
    void pings_and_empty_deltas_are_no_content(String nothing) throws InterruptedException {
        CountDownLatch gone = new CountDownLatch(1);
        ChatException failure = failure(
                (request, wire) -> {
                    wire.send(HEAD);
                    try {
                        while (true) {
                            wire.send(chunk(nothing));
                            TimeUnit.MILLISECONDS.sleep(10);
                        }
                    } catch (IOException closed) {
                        gone.countDown();
                    }
                },
                Duration.ofMillis(300));
        assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(ear.heard).isEmpty();
        assertThat(ear.progress).isZero();
        assertThat(gone.await(1, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void one_bad_chunk_is_an_error_and_not_a_hole() {
        ChatException failure = failure(
                events(token("One "), "data: {\"choices\":[{\"delta\":{\"cont\n\n", token("three"), FINISH, DONE));
        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure).hasMessageNotContaining("cont\"");
        assertThat(ear.heard).containsExactly("One ");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_error_event_is_what_its_code_says_before_and_after_the_first_token(boolean spoken) {
        String error = event("{\"error\":{\"message\":\"Too fast\",\"code\":\"rate_limit_exceeded\"}}");
        ChatException failure = failure(events(spoken ? token("One ") : ": hi\n\n", error, DONE));
        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(ear.heard).hasSize(spoken ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: error\ndata: {\"message\":\"The engine is overloaded\",\"type\":\"overloaded_error\"}\n\n",
                "event: error\ndata: it broke\n\n",
                "data: {\"object\":\"error\",\"message\":\"x\",\"type\":\"internal_server_error\",\"code\":500}\n\n",
                "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}]}\n\n"
            })
    void errors_have_many_shapes(String error) {
        assertThat(failure(events(token("One "), error, DONE)).kind()).isEqualTo(FailureKind.UPSTREAM);
    }

    @Test
    @Rule("R20")
    void a_choice_that_never_finishes_makes_the_stream_incomplete() {
        String second = event("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"Other\"}}]}");
        ChatException failure = failure(events(token("Hello."), second, FINISH));
        assertThat(failure).isInstanceOf(IncompleteStreamException.class);

        ear.heard.clear();
        String both = event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\",\"index\":1}]}");
        assertThat(answer(events(token("Hello."), second, FINISH, both)).finishReason())
                .isEqualTo(FinishReason.STOP);
        assertThat(ear.heard).containsExactly("Hello.");
    }

    @Test
    @Rule("R20")
    void a_choice_that_begins_when_the_others_have_finished_is_waited_for() {
        String begins = event("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"Other\"}}]}");
        String ends = event("{\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}");
        ChatResponse whole = answer((request, wire) -> {
            wire.send(HEAD + chunk(token("Hello.") + FINISH));
            wire.send(chunk(begins));
            TimeUnit.MILLISECONDS.sleep(1_300); // longer than anybody waits for the usage
            wire.send(chunk(ends + DONE) + "0\r\n\r\n");
        });
        assertThat(whole.text()).isEqualTo("Hello.");
    }

    @Test
    void a_server_that_answers_as_a_whole_gives_one_answer() {
        assertThat(answer((request, wire) -> wire.respond(200, Caller.ANSWER)).text())
                .isEqualTo("Hello.");
        assertThat(answer((request, wire) -> wire.respond(200, Caller.ANSWER, "X: y"))
                        .usage())
                .isEqualTo(new Usage(7, 2));
        assertThat(failure((request, wire) -> wire.respond(200, "{\"error\":{\"code\":\"server_error\"}}"))
                        .kind())
                .isEqualTo(FailureKind.UPSTREAM);
        assertThat(failure((request, wire) -> wire.respond(200, "")).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void a_packed_stream_is_unpacked_as_it_comes() {
        LoopbackServer.Script script = (request, wire) -> {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            GZIPOutputStream gzip = new GZIPOutputStream(packed, true);
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n");
            for (String event : List.of(token("Hel"), token("lo."), FINISH, DONE)) {
                gzip.write(event.getBytes(StandardCharsets.UTF_8));
                gzip.flush();
                wire.send(packed.toByteArray());
                packed.reset();
            }
            gzip.close();
            wire.send(packed.toByteArray());
            wire.close();
        };
        assertThat(answer(script).text()).isEqualTo("Hello.");
        assertThat(ear.heard).containsExactly("Hel", "lo.");
    }

    @Test
    void tool_calls_are_put_together_by_their_index() {
        ChatResponse whole = answer(events(
                tools("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}"),
                tools("{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"),
                tools("{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\":\"}}"),
                tools("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":null,\"arguments\":\"1}\"}}"),
                event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}"),
                DONE));
        assertThat(whole.toolCalls())
                .containsExactly(new ToolCall("a", "f", "{\"x\":1}"), new ToolCall("b", "g", "{}"));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(ear.heard).isEmpty();
        assertThat(ear.progress).isEqualTo(4);
    }

    @Test
    void tool_calls_without_an_index_or_with_the_same_are_told_apart_by_their_ids() {
        ChatResponse whole = answer(events(
                tools("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}},"
                        + "{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"),
                tools("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"h\",\"arguments\":\"{}\"}},"
                        + "{\"index\":0,\"id\":\"d\",\"function\":{\"name\":\"h\",\"arguments\":\"{}\"}}"),
                FINISH,
                DONE));
        assertThat(whole.toolCalls()).extracting(ToolCall::id).containsExactly("a", "b", "c", "d");
        assertThat(whole.toolCalls().get(0).arguments()).isEqualTo("{\"x\":1}");
    }

    private static String tools(String deltas) {
        return event("{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" + deltas + "]}}]}");
    }

    @Test
    void thoughts_are_work_and_no_answer() {
        answer(events(
                event("{\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm\"}}]}"),
                event(
                        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[]}]}}]}"),
                token("Hello."),
                FINISH,
                DONE));
        assertThat(ear.progress).isEqualTo(2);
        assertThat(ear.heard).containsExactly("Hello.");
    }

    @Test
    void what_the_filter_took_away_is_told_as_that() {
        String filtered = event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"content_filter\"}]}");
        assertThat(failure(events(filtered, DONE)).kind()).isEqualTo(FailureKind.CONTENT_FILTER);
        assertThat(answer(events(token("Some"), filtered, DONE)).finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    }

    @Test
    void a_stream_of_nothing_is_no_answer() {
        assertThat(failure(events(": hi\n\n", DONE)).kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure(events(FINISH, DONE)).kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure(events("")).kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    @Rule("R4")
    void who_wants_no_more_closes_the_connection_at_once() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        LoopbackServer.Script script = (request, wire) -> {
            wire.send(HEAD + chunk(token("One")));
            wire.awaitClose(closed);
        };
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            ChatException enough = FailureKind.CANCELLED.exception("enough", dev.understudy.error.Origin.NONE, null);
            try {
                caller.model.stream(Caller.request(), seconds(caller, 20), piece -> {
                    throw enough;
                });
                throw new AssertionError("It went on");
            } catch (ChatException told) {
                assertThat(told).isSameAs(enough);
            }
            assertThat(closed.await(200, TimeUnit.MILLISECONDS)).isTrue();
        }
    }

    @Test
    @Rule("R29")
    void a_line_without_end_ends_at_the_cap() {
        byte[] endless = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        ChatException failure = failure((request, wire) -> {
            wire.send(UNTIL_CLOSED + "data: ");
            while (true) {
                wire.send(endless);
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
        assertThat(MemoryBudget.OF_THE_PROCESS.usedBytes()).isZero();
    }

    @Test
    @Rule("R29")
    void events_without_end_end_at_their_number() {
        byte[] tiny = "data: {}\n\n".repeat(5_000).getBytes(StandardCharsets.US_ASCII);
        ChatException failure = failure((request, wire) -> {
            wire.send(UNTIL_CLOSED);
            while (true) {
                wire.send(tiny);
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
        assertThat(MemoryBudget.OF_THE_PROCESS.usedBytes()).isZero();
    }

    @Test
    @Rule("R29")
    void a_chunk_size_without_end_ends_within_a_stream_too() {
        byte[] extension = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        ChatException failure = failure((request, wire) -> {
            wire.send(HEAD + chunk(token("One")) + "1;");
            while (true) {
                wire.send(extension);
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.TOO_LARGE);
    }

    @Test
    void a_long_stream_in_small_chunks_takes_no_memory_for_what_is_forgotten() {
        String token = chunk(token("word "));
        byte[] many = token.repeat(1_000).getBytes(StandardCharsets.UTF_8);
        ChatResponse whole = answer((request, wire) -> {
            wire.send(HEAD);
            for (int i = 0; i < 100; i++) {
                wire.send(many);
            }
            wire.send(chunk(FINISH + DONE) + "0\r\n\r\n");
        });
        assertThat(whole.text()).hasSize(500_000);
        assertThat(MemoryBudget.OF_THE_PROCESS.usedBytes()).isZero();
    }
}
