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
     * Who asks whom: what the keys of all calls on a leg have in common, worth remembering. Neither the object that
     * answers, nor context window nor price go upstream.
     */
    static CacheKey ofLeg(String agent, Deployment deployment) {
        return CanonicalDigest.take()
                .putTag(SCHEMA)
                .put(agent)
                .put(deployment.name())
                .putNullable(deployment.provider())
                .put(deployment.model())
                .putMap(deployment.extra())
                .finish();
    }

    /**
     * Computes a key. Any other field gives another key; the order of JSON keys does not matter. A parameter counts as it
     * goes upstream, whether the request said it or left it to the deployment.
     *
     * @param leg {@link #ofLeg} for the agent and the deployment
     * @param scope whose answers these are
     * @param defaults the deployment's parameters
     * @param request what is asked
     */
    static CacheKey of(CacheKey leg, String scope, Parameters defaults, ChatRequest request) {
        CanonicalDigest digest = CanonicalDigest.take()
                .put(leg.first)
                .put(leg.second)
                .put(leg.third)
                .put(leg.fourth)
                .put(scope);
        putParameters(digest, request.parameters(), defaults);
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
        digest.putNullable(asked.temperature() != null ? asked.temperature() : defaults.temperature())
                .putNullable(asked.maxTokens() != null ? asked.maxTokens() : defaults.maxTokens())
                .putNullable(asked.topP() != null ? asked.topP() : defaults.topP())
                .putStrings(asked.stop().isEmpty() ? defaults.stop() : asked.stop())
                .putNullable(asked.seed() != null ? asked.seed() : defaults.seed());
    }

    private static void putMessage(CanonicalDigest digest, Message message) {
        digest.putTag(message.role().wireName().charAt(0)); // s, u, a or t
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
