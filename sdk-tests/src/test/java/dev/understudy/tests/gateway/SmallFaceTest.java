package dev.understudy.tests.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.ChildJvm;
import dev.understudy.testing.Rule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent to the OpenAI face, and however much of it at once, a heap of 128 MiB suffices. */
@Rule("R29")
class SmallFaceTest {

    private static final int CALLERS = 12;
    private static final int LONG = 7_000_000;
    private static final String BEGIN = "{\"model\":\"qa_agent\",\"messages\":[{\"role\":\"user\",\"content\":\"";
    private static final String END = "\"}]}";

    private static ChildJvm small;
    private static int port;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws IOException {
        small = ChildJvm.start(SmallFace.class);
        port = Integer.parseInt(small.line());
    }

    /** It has survived all of them, and ends when it is told to. */
    @AfterAll
    static void end() throws Exception {
        try (ChildJvm ended = small) {
            ended.say("end");
            assertThat(ended.line()).isEqualTo("read " + (int) 'e');
            assertThat(ended.exitValue()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "text with one letter that is not Latin", "numbers", "lists", "names"})
    void it_answers_or_refuses_at_once_and_goes_on(String what) throws Exception {
        String body =
                switch (what) {
                    case "text" -> BEGIN + "x".repeat(LONG) + END;
                    case "text with one letter that is not Latin" -> BEGIN + "x".repeat(LONG - 3) + "世" + END;
                    case "numbers" -> "{\"messages\":[" + "1,".repeat(LONG / 2) + "1]}";
                    case "lists" -> "{\"messages\":[" + "[],".repeat(LONG / 3) + "[]]}";
                    default -> names();
                };
        HttpRequest request = post(body);
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            answers.add(http.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            statuses.add(answer.handle((response, gone) -> gone == null ? response.statusCode() : 0)
                    .join());
        }

        int understood = what.startsWith("text") ? 200 : 400;
        // A connection may break on whoever still sends when it is refused.
        assertThat(statuses).allMatch(status -> List.of(0, understood, 503).contains(status));
        assertThat(send(post(BEGIN + "x" + END)).body()).contains("1 characters");
        assertThat(send(request).statusCode()).isEqualTo(understood);
    }

    @Test
    void a_body_over_the_cap_is_refused() throws Exception {
        assertThat(send(post(BEGIN + "x".repeat(7_500_000) + END)).statusCode()).isEqualTo(413);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String names() {
        StringBuilder body = new StringBuilder("{");
        for (int i = 0; body.length() < LONG; i++) {
            body.append("\"n").append(i).append("\":0,");
        }
        return body.append("\"model\":\"qa_agent\"}").toString();
    }

    private static HttpRequest post(String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }
}
