package dev.understudy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Sink;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.server.http.Limits;
import dev.understudy.server.http.Wire;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams over sockets: chunks as they come, an error where there is no end, and nobody who has left is worked for. */
class OpenAiStreamTest {

    private static final String BODY =
            "{\"model\": \"qa_agent\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";

    private static final Limits QUICK =
            new Limits(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(300), 8, 1 << 20);

    /** What the model is to say: a piece, "." for the end, "!" for a failure, "~" to talk without end. */
    private final BlockingQueue<String> script = new ArrayBlockingQueue<>(10);

    private final AtomicLong said = new AtomicLong();
    private final BlockingQueue<String> ends = new ArrayBlockingQueue<>(10);

    private final ModelRegistry registry = ModelRegistry.builder()
            .configuration(Configuration.builder()
                    .deployment(Deployment.of("talker", new Talker()))
                    .agent(AgentSettings.builder("qa_agent").baseline("talker").build())
                    .build())
            .build();
    private final RegistryServer server = RegistryServer.start(
            registry, ServerOptions.builder().port(0).openAi(true).limits(QUICK).build());

    private final class Talker implements ChatModel {
        @Override
        public ChatResponse chat(ChatRequest request, Deadline deadline) {
            throw new IllegalStateException("It is to stream");
        }

        @Override
        public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
            StringBuilder all = new StringBuilder();
            try {
                while (true) {
                    String next = script.poll(10, TimeUnit.SECONDS);
                    if (next == null) {
                        throw new IllegalStateException("Nothing to say");
                    }
                    switch (next) {
                        case "." -> {
                            return ChatResponse.of(all.toString());
                        }
                        case "!" -> throw FailureKind.TRANSPORT.exception("The line broke", Origin.of("talker"), null);
                        case "~" -> talk(sink);
                        default -> {
                            all.append(next);
                            sink.text(next);
                        }
                    }
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", stopped);
            } finally {
                ends.add("ended");
            }
        }

        private void talk(Sink sink) {
            String piece = "x".repeat(1_000);
            while (true) {
                sink.text(piece);
                said.addAndGet(piece.length());
            }
        }

        @Override
        public boolean streams() {
            return true;
        }

        @Override
        public boolean honoursDeadline() {
            return true;
        }
    }

    @AfterEach
    void close() {
        server.close();
        registry.close();
    }

    @Test
    void a_piece_is_heard_before_the_next_is_said() throws IOException {
        try (Wire wire = ask()) {
            script.add("one ");
            assertThat(wire.until("\"content\":\"one \"}"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("X-understudy-model: talker", "X-understudy-variant: baseline", "\"role\":\"assistant\"");
            script.add("two");
            wire.until("\"content\":\"two\"}");
            script.add(".");
            assertThat(wire.until("[DONE]\n\n"))
                    .contains("\"finish_reason\":\"stop\"", "\"understudy\":{\"model\":\"talker\"");
        }
    }

    @Test
    @Rule("R20")
    void a_stream_that_breaks_ends_with_an_error_and_is_never_done() throws IOException {
        script.add("one ");
        script.add("!");
        try (Wire wire = ask()) {
            assertThat(wire.rest())
                    .startsWith("HTTP/1.1 200 ")
                    .contains(
                            "\"content\":\"one \"", "data: {\"error\":{\"message\":\"The line broke\"", "\"transport\"")
                    .doesNotContain("[DONE]", "\"finish_reason\":\"");
        }
    }

    @Test
    void a_stream_that_breaks_before_its_first_word_is_an_error_with_a_status() throws IOException {
        for (int attempt = 0; attempt < 3; attempt++) {
            script.add("!");
        }
        try (Wire wire = ask()) {
            assertThat(wire.rest()).startsWith("HTTP/1.1 502 ").contains("X-should-retry: false", "The line broke");
        }
    }

    @Test
    @Rule("R4")
    void nobody_talks_to_somebody_who_has_left() throws Exception {
        try (Wire wire = ask()) {
            script.add("one ");
            wire.until("\"content\":\"one \"}");
        }
        long left = System.nanoTime();
        script.add("~");

        assertThat(ends.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
        assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    @Rule("R29")
    void whoever_reads_slowly_makes_the_model_wait_and_is_not_waited_for_long() throws Exception {
        try (Wire wire = ask()) {
            script.add("~");
            wire.until("\"content\":\"xxx");

            assertThat(ends.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
            // What sockets hold by themselves, and not what a model can say in that time.
            assertThat(said.get()).isLessThan(32L << 20);
            await().untilAsserted(() -> assertThat(wire.rest()).doesNotContain("[DONE]"));
        }
    }

    @Test
    void a_server_that_closes_ends_what_flows() throws Exception {
        try (Wire wire = ask()) {
            script.add("one ");
            wire.until("\"content\":\"one \"}");
            server.close();

            assertThat(ends.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
            assertThat(wire.rest()).doesNotContain("[DONE]");
        }
    }

    private Wire ask() throws IOException {
        Wire wire = new Wire(server.port());
        return wire.say(
                        "POST /v1/chat/completions HTTP/1.1",
                        "Host: localhost",
                        "Connection: close",
                        "Content-Type: application/json",
                        "Content-Length: " + BODY.length(),
                        "")
                .send(BODY);
    }
}
