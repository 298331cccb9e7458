package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import java.time.Duration;
import java.util.List;

/** The configuration in Java, with models that are Java, too: no file, no provider, no network. */
public final class InJava {

    private InJava() {}

    /**
     * Asks a candidate that always fails.
     *
     * @param args none
     */
    public static void main(String[] args) {
        ChatModel proven = (request, deadline) -> ChatResponse.of("It is on its way.");
        ChatModel tuned = (request, deadline) -> {
            throw new IllegalStateException("still being trained");
        };
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.of("proven", proven))
                .deployment(Deployment.of("tuned", tuned))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("proven")
                        .candidate("tuned")
                        .timeout(Duration.ofSeconds(5))
                        .rollout(new RolloutSettings(Share.ALL, null, false))
                        .build())
                .build();
        try (ModelRegistry registry =
                ModelRegistry.builder().configuration(configuration).build()) {
            ChatResponse reply = registry.chat("qa_agent", List.of(Message.user("Where is my parcel?")));
            System.out.println(reply.text() + " by " + reply.model() + (reply.degraded() ? ", the understudy" : ""));
        }
    }
}
