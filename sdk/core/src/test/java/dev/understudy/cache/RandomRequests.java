package dev.understudy.cache;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Part;
import dev.understudy.chat.Role;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolChoice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Everything that goes into a key, at random, and every way to change one thing in it. Values are few and short on
 * purpose, so that fields often look alike.
 */
record RandomRequests(RandomGenerator random) {

    /** What a key is made of. */
    record Asked(String agent, String scope, Deployment deployment, ChatRequest request) {
        CacheKey key() {
            return CacheKeyTest.keyOf(agent, scope, deployment, request);
        }

        /** All of it, as it goes upstream: equal exactly where the keys have to be. Maps do not mind their order. */
        List<Object> content() {
            return Arrays.asList(
                    agent,
                    scope,
                    deployment.name(),
                    deployment.provider(),
                    deployment.model(),
                    request.parameters().orElse(deployment.parameters()),
                    deployment.extra(),
                    request.messages(),
                    request.tools(),
                    request.toolChoice(),
                    request.responseFormat());
        }
    }

    Asked asked() {
        Deployment deployment = Deployment.builder(text())
                .provider(text())
                .model(text())
                .parameters(parameters())
                .extra(object(2))
                .build();
        ChatRequest request = new ChatRequest(
                list(1, this::message),
                parameters(),
                list(0, this::tool),
                random.nextBoolean() ? null : choice(),
                object(2));
        return new Asked(text(), text(), deployment, request);
    }

    /** The same with one thing changed; the same again where there is no such thing. */
    Asked changed(Asked asked) {
        ChatRequest request = asked.request;
        Deployment deployment = asked.deployment;
        return switch (random.nextInt(12)) {
            case 0 -> new Asked(other(asked.agent), asked.scope, deployment, request);
            case 1 -> new Asked(asked.agent, other(asked.scope), deployment, request);
            case 2 -> with(asked, deployment(deployment, random.nextInt(5)));
            case 3 -> with(asked, parameters(request, changed(request.parameters())));
            case 4 -> with(asked, messages(request, changed(request.messages(), this::message, this::changed)));
            case 5 -> with(asked, messages(request, moved(request.messages())));
            case 6 -> with(asked, tools(request, changed(request.tools(), this::tool, this::changed)));
            case 7 -> with(asked, tools(request, moved(request.tools())));
            case 8 -> with(asked, choice(request, request.toolChoice() == null ? choice() : null));
            case 9 -> with(asked, choice(request, choice()));
            case 10 -> with(asked, format(request, changed(request.responseFormat())));
            default -> with(asked, messages(request, changed(request.messages(), this::message, this::changed)));
        };
    }

    /** The same, with the keys of every JSON object in another order. */
    Asked permuted(Asked asked) {
        Deployment deployment = asked.deployment;
        ChatRequest request = asked.request;
        List<Tool> tools = request.tools().stream()
                .map(tool -> new Tool(tool.name(), tool.description(), permuted(tool.parameters())))
                .toList();
        return new Asked(
                asked.agent,
                asked.scope,
                copy(deployment).extra(permuted(deployment.extra())).build(),
                new ChatRequest(
                        request.messages(),
                        request.parameters(),
                        tools,
                        request.toolChoice(),
                        permuted(request.responseFormat())));
    }

    // One thing changed
    // --------------------------------------------------------------------------------------------------

    private Deployment deployment(Deployment old, int field) {
        return switch (field) {
            case 0 -> copy(old, other(old.name())).build();
            case 1 -> copy(old).provider(other(old.provider())).build();
            case 2 -> copy(old).model(other(old.model())).build();
            case 3 -> copy(old).parameters(changed(old.parameters())).build();
            default -> copy(old).extra(changed(old.extra())).build();
        };
    }

    private static Deployment.Builder copy(Deployment old) {
        return copy(old, old.name());
    }

    private static Deployment.Builder copy(Deployment old, String name) {
        return Deployment.builder(name)
                .provider(old.provider())
                .model(old.model())
                .parameters(old.parameters())
                .extra(old.extra());
    }

    private Parameters changed(Parameters old) {
        return switch (random.nextInt(5)) {
            case 0 ->
                new Parameters(
                        old.temperature() == null ? 0.0 : null, old.maxTokens(), old.topP(), old.stop(), old.seed());
            case 1 ->
                new Parameters(
                        old.temperature(),
                        old.maxTokens() == null ? Integer.valueOf(1) : null,
                        old.topP(),
                        old.stop(),
                        old.seed());
            case 2 ->
                new Parameters(
                        old.temperature(), old.maxTokens(), old.topP() == null ? 1.0 : null, old.stop(), old.seed());
            case 3 ->
                new Parameters(
                        old.temperature(),
                        old.maxTokens(),
                        old.topP(),
                        changed(old.stop(), this::text, this::other),
                        old.seed());
            default ->
                new Parameters(
                        old.temperature(),
                        old.maxTokens(),
                        old.topP(),
                        old.stop(),
                        old.seed() == null ? Long.valueOf(0) : Long.valueOf(old.seed() + 1));
        };
    }

    private Message changed(Message old) {
        return switch (random.nextInt(4)) {
            case 0 ->
                new Message(
                        old.role() == Role.USER ? Role.SYSTEM : old.role() == Role.SYSTEM ? Role.USER : old.role(),
                        old.parts(),
                        old.toolCalls(),
                        old.toolCallId());
            case 1 -> {
                List<Part> parts = changed(old.parts(), this::part, this::changed);
                yield parts.isEmpty() && old.toolCalls().isEmpty()
                        ? old
                        : new Message(old.role(), parts, old.toolCalls(), old.toolCallId());
            }
            case 2 -> {
                List<ToolCall> calls = changed(old.toolCalls(), this::toolCall, this::changed);
                yield old.role() != Role.ASSISTANT
                                || (calls.isEmpty() && old.parts().isEmpty())
                        ? old
                        : new Message(old.role(), old.parts(), calls, old.toolCallId());
            }
            default ->
                old.toolCallId() == null
                        ? old
                        : new Message(old.role(), old.parts(), old.toolCalls(), other(old.toolCallId()));
        };
    }

    private Part changed(Part old) {
        String content = old instanceof Part.Text text ? text.text() : ((Part.ImageUrl) old).url();
        boolean isText = old instanceof Part.Text;
        boolean otherKind = random.nextBoolean();
        String changed = otherKind ? content : other(content);
        return isText != otherKind ? new Part.Text(changed) : new Part.ImageUrl(changed);
    }

    private ToolCall changed(ToolCall old) {
        return switch (random.nextInt(3)) {
            case 0 -> new ToolCall(other(old.id()), old.name(), old.arguments());
            case 1 -> new ToolCall(old.id(), other(old.name()), old.arguments());
            default -> new ToolCall(old.id(), old.name(), other(old.arguments()));
        };
    }

    private Tool changed(Tool old) {
        return switch (random.nextInt(3)) {
            case 0 -> new Tool(other(old.name()), old.description(), old.parameters());
            case 1 -> new Tool(old.name(), other(old.description()), old.parameters());
            default -> new Tool(old.name(), old.description(), changed(old.parameters()));
        };
    }

    private Map<String, Object> changed(Map<String, Object> old) {
        Map<String, Object> copy = new LinkedHashMap<>(old);
        if (old.isEmpty() || random.nextInt(4) == 0) {
            copy.put(text() + "+", json(1));
            return copy;
        }
        String key = old.keySet().stream()
                .skip(random.nextInt(old.size()))
                .findFirst()
                .orElseThrow();
        if (random.nextInt(4) == 0) {
            copy.remove(key);
        } else {
            copy.put(key, changedJson(old.get(key)));
        }
        return copy;
    }

    @SuppressWarnings("unchecked")
    private Object changedJson(Object old) {
        if (old instanceof Map<?, ?> map) {
            return changed((Map<String, Object>) map);
        }
        if (old instanceof List<?> list) {
            return changed((List<Object>) list, () -> json(1), this::changedJson);
        }
        if (old instanceof String text && random.nextBoolean()) {
            return other(text);
        }
        return json(1);
    }

    /** One element more, less, or otherwise. */
    private <T> List<T> changed(List<T> old, Supplier<T> some, UnaryOperator<T> change) {
        List<T> copy = new ArrayList<>(old);
        switch (old.isEmpty() ? 0 : random.nextInt(3)) {
            case 0 -> copy.add(random.nextInt(old.size() + 1), some.get());
            case 1 -> {
                if (old.size() > 1) {
                    copy.remove(random.nextInt(old.size()));
                }
            }
            default -> {
                int at = random.nextInt(old.size());
                copy.set(at, change.apply(old.get(at)));
            }
        }
        return copy;
    }

    private <T> List<T> moved(List<T> old) {
        List<T> copy = new ArrayList<>(old);
        Collections.rotate(copy, 1);
        return copy;
    }

    private String other(String old) {
        return switch (old.isEmpty() ? 0 : random.nextInt(3)) {
            case 0 -> old + "x";
            case 1 -> old.substring(1);
            default -> (char) (old.charAt(0) ^ 1) + old.substring(1);
        };
    }

    private Map<String, Object> permuted(Map<String, Object> old) {
        List<String> keys = new ArrayList<>(old.keySet());
        for (int i = keys.size(); i > 1; i--) {
            Collections.swap(keys, i - 1, random.nextInt(i));
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        keys.forEach(key -> copy.put(key, permutedJson(old.get(key))));
        return copy;
    }

    @SuppressWarnings("unchecked")
    private Object permutedJson(Object old) {
        if (old instanceof Map<?, ?> map) {
            return permuted((Map<String, Object>) map);
        }
        if (old instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(permutedJson(element)));
            return copy;
        }
        return old;
    }

    // Something at random
    // ------------------------------------------------------------------------------------------------

    private String text() {
        return switch (random.nextInt(12)) {
            case 0 -> "";
            case 1 -> "é";
            case 2 -> "素";
            case 3 -> "\ud83c\udfad";
            case 4 -> "a".repeat(2040 + random.nextInt(16));
            case 5 -> "a".repeat(2040 + random.nextInt(16)) + "素";
            default -> "ab".repeat(4).substring(0, 1 + random.nextInt(3));
        };
    }

    private Parameters parameters() {
        return new Parameters(
                random.nextBoolean() ? null : random.nextInt(3) / 1.0,
                random.nextBoolean() ? null : 1 + random.nextInt(2),
                random.nextBoolean() ? null : (1 + random.nextInt(2)) / 2.0,
                list(0, this::text),
                random.nextBoolean() ? null : (long) random.nextInt(2));
    }

    private Message message() {
        return switch (Role.values()[random.nextInt(4)]) {
            case SYSTEM -> Message.system(text());
            case USER -> Message.user(list(1, this::part));
            case ASSISTANT -> new Message(Role.ASSISTANT, list(1, this::part), list(0, this::toolCall), null);
            case TOOL -> Message.tool(text(), text());
        };
    }

    private Part part() {
        return random.nextBoolean() ? new Part.Text(text()) : new Part.ImageUrl(text());
    }

    private ToolCall toolCall() {
        return new ToolCall(text(), text(), text());
    }

    private Tool tool() {
        return new Tool(text(), text(), object(3));
    }

    private ToolChoice choice() {
        return switch (random.nextInt(4)) {
            case 0 -> ToolChoice.AUTO;
            case 1 -> ToolChoice.NONE;
            case 2 -> ToolChoice.REQUIRED;
            default -> ToolChoice.function("f" + text());
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            object.put(text(), json(depth));
        }
        return object;
    }

    private Object json(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextInt(3);
            case 3 -> random.nextInt(3) / 2.0;
            case 4 -> String.valueOf(random.nextInt(3));
            case 5 -> random.nextBoolean() ? "null" : "true";
            case 6 -> text();
            case 7 -> object(depth - 1);
            default -> list(0, () -> json(depth - 1));
        };
    }

    private <T> List<T> list(int atLeast, Supplier<T> some) {
        List<T> list = new ArrayList<>();
        for (int i = atLeast + random.nextInt(3); i > 0; i--) {
            list.add(some.get());
        }
        return list;
    }

    // Plumbing
    // -----------------------------------------------------------------------------------------------------------

    private static Asked with(Asked asked, Deployment deployment) {
        return new Asked(asked.agent, asked.scope, deployment, asked.request);
    }

    private static Asked with(Asked asked, ChatRequest request) {
        return new Asked(asked.agent, asked.scope, asked.deployment, request);
    }

    private static ChatRequest parameters(ChatRequest old, Parameters value) {
        return new ChatRequest(old.messages(), value, old.tools(), old.toolChoice(), old.responseFormat());
    }

    private static ChatRequest messages(ChatRequest old, List<Message> value) {
        return new ChatRequest(value, old.parameters(), old.tools(), old.toolChoice(), old.responseFormat());
    }

    private static ChatRequest tools(ChatRequest old, List<Tool> value) {
        return new ChatRequest(old.messages(), old.parameters(), value, old.toolChoice(), old.responseFormat());
    }

    private static ChatRequest choice(ChatRequest old, ToolChoice value) {
        return new ChatRequest(old.messages(), old.parameters(), old.tools(), value, old.responseFormat());
    }

    private static ChatRequest format(ChatRequest old, Map<String, Object> value) {
        return new ChatRequest(old.messages(), old.parameters(), old.tools(), old.toolChoice(), value);
    }
}
