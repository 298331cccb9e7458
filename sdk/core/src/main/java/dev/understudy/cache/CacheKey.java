package dev.understudy.cache;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolChoice;
import java.util.List;

/**
 * Under what an answer is found again: the SHA-256 of everything that goes upstream, and of who asked whom in which scope.
 * Nothing of a prompt can be read from it.
 */
final class CacheKey {

    /** To be raised whenever the encoding below changes. */
    private static final int SCHEMA = 1;

    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    CacheKey(long first, long second, long third, long fourth) {
        this.first = first;
        this.second = second;
        this.third = third;
        this.fourth = fourth;
    }

    /**
     * Computes a key. Any other field gives another key; the order of JSON keys does not matter. A parameter counts as it
     * goes upstream, whether the request said it or left it to the deployment.
     */
    static CacheKey of(String agent, String scope, Deployment deployment, ChatRequest request) {
        CanonicalDigest digest = CanonicalDigest.take()
                .putTag(SCHEMA)
                .put(agent)
                .put(scope)
                .put(deployment.name())
                .putNullable(deployment.provider())
                .put(deployment.model());
        putParameters(digest, request.parameters(), deployment.parameters());
        digest.putMap(deployment.extra());
        List<Message> messages = request.messages();
        digest.putCount(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            putMessage(digest, messages.get(i));
        }
        List<Tool> tools = request.tools();
        digest.putCount(tools.size());
        for (int i = 0; i < tools.size(); i++) {
            Tool tool = tools.get(i);
            digest.put(tool.name()).put(tool.description()).putMap(tool.parameters());
        }
        ToolChoice choice = request.toolChoice();
        if (choice == null) {
            digest.putTag(0);
        } else {
            digest.putTag(1).put(choice.mode()).put(choice.function());
        }
        return digest.putMap(request.responseFormat()).finish();
    }

    /** As {@link Parameters#orElse} would, without making a new object. */
    private static void putParameters(CanonicalDigest digest, Parameters asked, Parameters defaults) {
        digest.put(asked.temperature() != null ? asked.temperature() : defaults.temperature())
                .put(asked.maxTokens() != null ? asked.maxTokens() : defaults.maxTokens())
                .put(asked.topP() != null ? asked.topP() : defaults.topP())
                .putStrings(asked.stop().isEmpty() ? defaults.stop() : asked.stop())
                .put(asked.seed() != null ? asked.seed() : defaults.seed());
    }

    private static void putMessage(CanonicalDigest digest, Message message) {
        digest.put(message.role().wireName());
        List<Part> parts = message.parts();
        digest.putCount(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part instanceof Part.Text text) {
                digest.putTag('t').put(text.text());
            } else if (part instanceof Part.ImageUrl image) {
                digest.putTag('i').put(image.url());
            } else {
                throw new IllegalArgumentException(
                        "No key for a part of type " + part.getClass().getName());
            }
        }
        List<ToolCall> calls = message.toolCalls();
        digest.putCount(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            ToolCall call = calls.get(i);
            digest.put(call.id()).put(call.name()).put(call.arguments());
        }
        digest.putNullable(message.toolCallId());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CacheKey that
                && first == that.first
                && second == that.second
                && third == that.third
                && fourth == that.fourth;
    }

    /** Any 32 bits of a SHA-256 are as good as any other. */
    @Override
    public int hashCode() {
        return (int) first;
    }

    /** All 64 hexadecimal digits: for tests, which freeze them. */
    String hex() {
        return String.format("%016x%016x%016x%016x", first, second, third, fourth);
    }

    /** Enough to tell two keys apart in a log, too little to guess a prompt by. */
    @Override
    public String toString() {
        return "CacheKey[" + hex().substring(0, 8) + "...]";
    }
}
