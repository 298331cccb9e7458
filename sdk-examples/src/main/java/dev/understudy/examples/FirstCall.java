package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import java.nio.file.Path;
import java.util.List;

/** The shortest program: the README's. */
public final class FirstCall {

    private FirstCall() {}

    /**
     * Asks one question of the agent in {@code understudy.yaml} of the current folder.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (ModelRegistry registry = ModelRegistry.fromYaml(Path.of("understudy.yaml"))) {
            List<Message> messages = List.of(Message.system("Be brief."), Message.user("Where is my parcel?"));
            ChatResponse reply = registry.chat("qa_agent", messages);
            System.out.println(reply.text());
            System.out.println("by " + reply.model() + (reply.degraded() ? ", the understudy" : ""));
        }
    }
}
