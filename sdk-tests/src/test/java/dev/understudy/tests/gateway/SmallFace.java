package dev.understudy.tests.gateway;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ServerOptions;
import java.io.IOException;

/** The program of a small JVM: an OpenAI face whose agent tells how long a message is, until its input ends. */
final class SmallFace {

    private SmallFace() {}

    /** Prints its port. */
    public static void main(String[] args) throws IOException {
        ChatModel model = ChatModel.honouringDeadline((request, deadline) ->
                ChatResponse.of(request.messages().get(0).text().length() + " characters"));
        try (ModelRegistry registry = ModelRegistry.builder()
                        .configuration(Configuration.builder()
                                .deployment(Deployment.of("m", model))
                                .agent(AgentSettings.builder("qa_agent")
                                        .baseline("m")
                                        .maxConcurrent(64)
                                        .build())
                                .build())
                        .build();
                RegistryServer server = RegistryServer.start(
                        registry, ServerOptions.builder().port(0).openAi(true).build())) {
            System.out.println(server.port());
            int next = System.in.read();
            System.out.println("read " + next);
        }
    }
}
