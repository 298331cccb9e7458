package dev.understudy.server.gateway;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts one answer into OpenAI's format, whole or in chunks. It says the agent's name as the model, in every chunk, whoever
 * answers: that is what was asked for, and what does not change when the understudy takes over.
 */
final class CompletionWriter {

    private final String id;
    private final String agent;
    private final long created;
    private final boolean usageFollows;

    /**
     * Writes an answer.
     *
     * @param id of this answer
     * @param agent who was asked
     * @param created when, in seconds since 1970
     * @param usageFollows whether the last of its chunks tells the tokens used, so that all before it say that they do not
     */
    CompletionWriter(String id, String agent, long created, boolean usageFollows) {
        this.id = id;
        this.agent = agent;
        this.created = created;
        this.usageFollows = usageFollows;
    }

    boolean usageFollows() {
        return usageFollows;
    }

    /** The whole answer as one object. */
    Map<String, @Nullable Object> whole(ChatResponse response) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        boolean toolsOnly = response.text().isEmpty() && !response.toolCalls().isEmpty();
        message.put("content", toolsOnly ? null : response.text());
        message.put("refusal", null);
        if (!response.toolCalls().isEmpty()) {
            message.put("tool_calls", toolCalls(response.toolCalls(), false));
        }
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("message", message);
        choice.put("logprobs", null);
        choice.put("finish_reason", finishReason(response.finishReason()));
        Map<String, @Nullable Object> completion = head("chat.completion");
        completion.put("choices", List.of(choice));
        completion.put("usage", usage(response.usage()));
        return completion;
    }

    /** The chunk that says who speaks. */
    Map<String, @Nullable Object> roleChunk() {
        Map<String, Object> delta = new LinkedHashMap<>();
        delta.put("role", "assistant");
        delta.put("content", "");
        return chunk(delta, null);
    }

    /** A chunk of text. */
    Map<String, @Nullable Object> textChunk(String text) {
        return chunk(Map.of("content", text), null);
    }

    /** A chunk with all tool calls. */
    Map<String, @Nullable Object> toolCallsChunk(List<ToolCall> calls) {
        return chunk(Map.of("tool_calls", toolCalls(calls, true)), null);
    }

    /** The chunk that says why it ended, and, since headers come too early for that, where it came from. */
    Map<String, @Nullable Object> finishChunk(ChatResponse response) {
        Map<String, @Nullable Object> chunk = chunk(Map.of(), response.finishReason());
        chunk.put("understudy", ProvenanceFields.fields(response));
        return chunk;
    }

    /** The chunk after the last, with the tokens used. */
    Map<String, @Nullable Object> usageChunk(Usage usage) {
        Map<String, @Nullable Object> chunk = head("chat.completion.chunk");
        chunk.put("choices", List.of());
        chunk.put("usage", usage(usage));
        return chunk;
    }

    private Map<String, @Nullable Object> chunk(Map<String, Object> delta, @Nullable FinishReason reason) {
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("delta", delta);
        choice.put("logprobs", null);
        choice.put("finish_reason", reason == null ? null : finishReason(reason));
        Map<String, @Nullable Object> chunk = head("chat.completion.chunk");
        chunk.put("choices", List.of(choice));
        if (usageFollows) {
            chunk.put("usage", null);
        }
        return chunk;
    }

    private Map<String, @Nullable Object> head(String object) {
        Map<String, @Nullable Object> head = new LinkedHashMap<>();
        head.put("id", id);
        head.put("object", object);
        head.put("created", created);
        head.put("model", agent);
        return head;
    }

    private static List<Map<String, Object>> toolCalls(List<ToolCall> calls, boolean numbered) {
        List<Map<String, Object>> all = new ArrayList<>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            ToolCall call = calls.get(i);
            Map<String, Object> fields = new LinkedHashMap<>();
            if (numbered) {
                fields.put("index", i);
            }
            fields.put("id", call.id());
            fields.put("type", "function");
            fields.put("function", Map.of("name", call.name(), "arguments", call.arguments()));
            all.add(fields);
        }
        return all;
    }

    private static Map<String, Object> usage(Usage usage) {
        Map<String, Object> tokens = new LinkedHashMap<>();
        tokens.put("prompt_tokens", usage.inputTokens());
        tokens.put("completion_tokens", usage.outputTokens());
        tokens.put("total_tokens", usage.totalTokens());
        return tokens;
    }

    static String finishReason(FinishReason reason) {
        return switch (reason) {
            case STOP, OTHER -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
        };
    }
}
