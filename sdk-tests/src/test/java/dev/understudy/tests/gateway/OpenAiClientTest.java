package dev.understudy.tests.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Role;
import dev.understudy.chat.Secret;
import dev.understudy.chat.Sink;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ServerOptions;
import dev.understudy.tests.node.NodeProject;
import dev.understudy.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** OpenAI's own client library for Node.js talks to a registry: {@code src/test/node/openai/face.mjs} is the test. */
class OpenAiClientTest {

    private static final FailureKind[] FAILURES = {
        FailureKind.AUTHENTICATION,
        FailureKind.CONTENT_FILTER,
        FailureKind.CONTEXT_LENGTH,
        FailureKind.QUOTA,
        FailureKind.RATE_LIMITED,
        FailureKind.TIMEOUT,
        FailureKind.TRANSPORT,
        FailureKind.UPSTREAM
    };

    private static final String KEY = "sk-test-0123456789";

    /** Nothing is tried again, so that nothing is waited for. */
    private static final RetrySettings ONCE =
            new RetrySettings(0, 0, 4, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO);

    @Test
    void the_official_client_library_is_content() throws Exception {
        NodeProject node = NodeProject.installed("openai");
        try (ModelRegistry registry =
                        ModelRegistry.builder().configuration(configuration()).build();
                RegistryServer server = RegistryServer.start(
                        registry, ServerOptions.builder().port(0).openAi(true).build())) {
            NodeProject.Run run = node.run(
                    Duration.ofSeconds(60),
                    Map.of(
                            "FACE_URL",
                            server.uri() + "v1",
                            "FACE_KEY",
                            KEY,
                            "FACE_AGENTS",
                            String.join(",", registry.agents())),
                    "face.mjs");

            assertThat(run.exitCode()).describedAs(run.output()).isZero();
            assertThat(run.output()).contains("# fail 0").containsPattern("# pass 1\\d");
        }
    }

    private static Configuration configuration() {
        Configuration.Builder configuration = Configuration.builder().client("node", Secret.of("test", KEY));
        add(configuration, "echo", OpenAiClientTest::echo);
        add(configuration, "tool", OpenAiClientTest::tool);
        add(configuration, "stream", new Talker(false));
        add(configuration, "broken", new Talker(true));
        AtomicBoolean busy = new AtomicBoolean(true);
        add(configuration, "busy_once", request -> {
            if (busy.getAndSet(false)) {
                throw FailureKind.OVERLOADED.exception(
                        "Busy", Origin.guard("busy_once", "queue", Duration.ofMillis(150)), null);
            }
            return ChatResponse.of("now");
        });
        for (FailureKind kind : FAILURES) {
            add(configuration, kind.tag(), request -> {
                throw kind.exception("It failed: " + kind.tag(), Origin.of(kind.tag()), null);
            });
        }
        return configuration
                .agent(AgentSettings.builder("rollout_agent")
                        .baseline("echo")
                        .candidate("upstream")
                        .retry(ONCE)
                        .rollout(new RolloutSettings(Share.NONE, null, true))
                        .build())
                .build();
    }

    private interface Answers {
        ChatResponse to(ChatRequest request);
    }

    private static void add(Configuration.Builder configuration, String name, Answers answers) {
        add(configuration, name, ChatModel.honouringDeadline((request, deadline) -> answers.to(request)));
    }

    private static void add(Configuration.Builder configuration, String name, ChatModel model) {
        configuration
                .deployment(Deployment.of(name, model))
                .agent(AgentSettings.builder(name + "_agent")
                        .baseline(name)
                        .retry(ONCE)
                        .build());
    }

    /**
     * Says three words, one after the other.
     *
     * @param breaks whether that is not all
     */
    private record Talker(boolean breaks) implements ChatModel {
        @Override
        public ChatResponse chat(ChatRequest request, Deadline deadline) {
            throw new IllegalStateException("It is to stream");
        }

        @Override
        public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
            List.of("one ", "two ", "three").forEach(sink::text);
            if (breaks) {
                throw FailureKind.INCOMPLETE.exception("It broke off", Origin.of("broken"), null);
            }
            return ChatResponse.of("one two three", new Usage(1, 5));
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

    /** What it heard. */
    private static ChatResponse echo(ChatRequest request) {
        Parameters heard = request.parameters();
        String text = request.messages().stream()
                        .map(message -> message.role().wireName() + ": " + message.text())
                        .collect(Collectors.joining(" | "))
                + " | t=" + heard.temperature() + " max=" + heard.maxTokens() + " stop=" + heard.stop() + " seed="
                + heard.seed();
        return new ChatResponse(text, List.of(), FinishReason.STOP, new Usage(11, 7), "req-echo", Provenance.NONE);
    }

    /** Calls the tool, and tells what it said. */
    private static ChatResponse tool(ChatRequest request) {
        List<Message> messages = request.messages();
        Message last = messages.get(messages.size() - 1);
        if (last.role() == Role.TOOL) {
            String called = messages.get(messages.size() - 2).toolCalls().get(0).id();
            assertThat(last.toolCallId()).isEqualTo(called);
            return ChatResponse.of("It is: " + last.text());
        }
        assertThat(request.tools()).hasSize(1);
        return new ChatResponse(
                "",
                List.of(new ToolCall("call_1", request.tools().get(0).name(), "{\"city\": \"Rome\"}")),
                FinishReason.TOOL_CALLS,
                Usage.NONE,
                null,
                Provenance.NONE);
    }
}
