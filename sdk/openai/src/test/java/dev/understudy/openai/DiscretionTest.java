package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Secret;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No key, prompt or answer shows up in what is thrown. */
@Rule("R28")
class DiscretionTest {

    private static final String PROMPT = "My password is xyzzy-plugh-42 and my cat is called Schrödinger.";
    private static final ChatRequest REQUEST = ChatRequest.of(List.of(Message.user(PROMPT)));

    private final Excerpt excerpt = new Excerpt(Secret.of("env:KEY", Caller.KEY));

    private static String everything(ChatException failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace + failure.toString() + failure.origin();
    }

    private static ChatException failure(LoopbackServer.Script script) {
        try (LoopbackServer server = new LoopbackServer(script);
                Caller caller = new Caller(server)) {
            return caller.failure(REQUEST, caller.deadline(Duration.ofSeconds(20)));
        }
    }

    private static String json(String message) {
        return "{\"error\":{\"message\":\"" + message + "\"}}";
    }

    @Test
    void our_key_is_masked_in_every_spelling() {
        byte[] bytes = Caller.KEY.getBytes(StandardCharsets.UTF_8);
        assertThat(excerpt.of("bad key " + Caller.KEY + " given", null)).isEqualTo("bad key [...] given");
        assertThat(excerpt.of("bad key " + Caller.KEY.toUpperCase(java.util.Locale.ROOT) + " given", null))
                .isEqualTo("bad key [...] given");
        assertThat(excerpt.of("header " + Base64.getEncoder().encodeToString(bytes), null))
                .isEqualTo("header [...]");
        assertThat(excerpt.of("ends in " + Caller.KEY.substring(10), null)).isEqualTo("ends in [...]");
    }

    @Test
    void what_looks_like_a_key_is_masked_whosever_it_is() {
        assertThat(excerpt.of("Incorrect API key provided: sk-abc**********wxyz. You can find", null))
                .doesNotContain("abc", "wxyz");
        assertThat(excerpt.of("sent Authorization: Bearer eyJhbGciOi.x.y to", null))
                .doesNotContain("eyJ");
        assertThat(excerpt.of("api_key=hunter22", null)).doesNotContain("hunter");
        assertThat(excerpt.of("hash 0123456789abcdef0123456789abcdef", null)).isEqualTo("hash [...]");
    }

    @Test
    void what_repeats_the_request_is_masked() {
        assertThat(excerpt.of("Input should be a string, got 'my password is XYZZY-plugh-42 and', sorry", REQUEST))
                .isEqualTo("Input should be a string, got '[...]', sorry");
        assertThat(excerpt.of("about your cat is called Schrödinger.", REQUEST)).doesNotContain("Schrödinger");
    }

    @Test
    void a_prompt_that_is_one_word_is_masked_too() {
        ChatRequest word = ChatRequest.of(List.of(Message.user("Xyzzy")));
        assertThat(excerpt.of("cannot answer 'xyzzy' today", word)).isEqualTo("cannot answer '[...]' today");
    }

    @Test
    void an_excerpt_is_short_and_on_one_line() {
        assertThat(excerpt.of("a\nb\r\tc\u0000d\u001be\u202ef\u2028g", null))
                .isEqualTo("a\\nb\\r\\tc\\u0000d\\u001be\\u202ef\\u2028g");
        assertThat(excerpt.of("la ".repeat(200), null)).hasSize(200).endsWith("...");
        assertThat(excerpt.of("\u0001".repeat(300), null)).hasSize(200);
    }

    @Test
    void a_prompt_of_many_megabytes_is_searched_in_no_time() {
        ChatRequest huge = ChatRequest.of(List.of(Message.user("lorem ipsum ".repeat(1_000_000) + PROMPT)));
        assertThat(excerpt.of("bad: xyzzy-plugh-42", huge)).isEqualTo("bad:[...]");
    }

    @Test
    void request_ids_are_words() {
        assertThat(excerpt.requestId("req-1")).isEqualTo("req-1");
        assertThat(excerpt.requestId("req 1")).isNull();
        assertThat(excerpt.requestId("x" + Caller.KEY)).isNull();
        assertThat(excerpt.requestId("x".repeat(200))).isNull();
        assertThat(excerpt.requestId("")).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 401, 403, 404, 422, 429, 500, 503})
    void an_error_that_echoes_key_and_prompt_shows_neither(int status) {
        ChatException failure = failure((request, wire) -> wire.respond(
                status,
                json(request.headers().get("authorization") + " sent " + PROMPT),
                "x-request-id: " + Caller.KEY,
                "Retry-After: " + Caller.KEY));
        assertThat(everything(failure))
                .contains("'tuned'", "'local'", " sent ")
                .doesNotContain(Caller.KEY, "xyzzy-plugh", "Schrödinger");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 My password is xyzzy-plugh-42\r\n\r\n",
                "xyzzy-plugh-42",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyzzy-plugh-42\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nxyzzy-plugh-42",
                "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nxyzzy-plugh-42",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 14\r\n\r\nxyzzy-plugh-42",
                "HTTP/1.1 500 xyzzy-plugh-42\r\nContent-Length: 14\r\n\r\nxyzzy-plugh-42",
                "HTTP/1.1 302 Found\r\nLocation: http://xyzzy-plugh-42/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 407 No\r\nProxy-Authenticate: xyzzy-plugh-42\r\nContent-Length: 0\r\n\r\n",
            })
    void a_response_that_is_broken_is_not_quoted(String raw) {
        ChatException failure = failure((request, wire) -> {
            wire.send(raw);
            wire.close();
        });
        assertThat(everything(failure)).doesNotContain("xyzzy", "78797a7a79");
    }

    @Test
    void neither_the_client_nor_its_parts_show_the_key() {
        try (Caller caller = new Caller(java.net.URI.create("http://127.0.0.1:9/v1"))) {
            assertThat(caller.client.toString() + excerpt + caller.model).doesNotContain(Caller.KEY);
        }
    }

    @Test
    void a_redirect_is_not_followed_with_the_key() {
        try (LoopbackServer elsewhere = LoopbackServer.answering(200, Caller.ANSWER)) {
            ChatException failure = failure(
                    (request, wire) -> wire.respond(307, "", "Location: " + elsewhere.baseUrl() + "/chat/completions"));
            assertThat(failure.kind()).isEqualTo(FailureKind.REDIRECT);
            assertThat(elsewhere.connections()).isZero();
        }
    }
}
