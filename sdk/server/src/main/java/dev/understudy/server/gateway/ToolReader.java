package dev.understudy.server.gateway;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a request says about tools: which there are, whether one must be called, which were called earlier. */
final class ToolReader {

    /** A function without parameters has this schema; some providers refuse one that is empty. */
    private static final Map<String, @Nullable Object> NO_PARAMETERS = Map.of("type", "object", "properties", Map.of());

    private ToolReader() {}

    static void read(Fields request, ChatRequest.Builder into) {
        List<Tool> tools = tools(request);
        into.tools(tools);
        ToolChoice choice = choice(request);
        if (choice == null) {
            return;
        }
        boolean harmless = choice.equals(ToolChoice.AUTO) || choice.equals(ToolChoice.NONE);
        if (tools.isEmpty() && !harmless) {
            throw request.value("tool_choice", "is only allowed together with 'tools'");
        }
        String function = choice.function();
        if (!function.isEmpty() && tools.stream().noneMatch(tool -> tool.name().equals(function))) {
            throw request.value("tool_choice", "names a function that is not among 'tools'");
        }
        into.toolChoice(choice);
    }

    private static List<Tool> tools(Fields request) {
        List<?> list = request.list("tools");
        if (list == null) {
            return List.of();
        }
        List<Tool> tools = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            Fields fields = Fields.of("tools[" + i + "]", list.get(i));
            needFunctionType(fields);
            tools.add(tool(fields.needObject("function")));
            fields.end();
        }
        return tools;
    }

    private static Tool tool(Fields function) {
        String name = function.needText("name");
        String description = function.text("description");
        Map<String, @Nullable Object> parameters = function.tree("parameters");
        if (function.isTrue("strict")) {
            throw function.unsupported("strict", "cannot be carried; leave it out");
        }
        function.end();
        return new Tool(name, description == null ? "" : description, parameters == null ? NO_PARAMETERS : parameters);
    }

    private static @Nullable ToolChoice choice(Fields request) {
        Object value = request.take("tool_choice");
        if (value == null) {
            return null;
        }
        if (value instanceof String mode) {
            return switch (mode) {
                case "auto" -> ToolChoice.AUTO;
                case "none" -> ToolChoice.NONE;
                case "required", "any" -> ToolChoice.REQUIRED;
                default -> throw request.value("tool_choice", "is one of auto, none, required, or names a function");
            };
        }
        Fields named = Fields.of("tool_choice", value);
        needFunctionType(named);
        Fields function = named.needObject("function");
        String name = function.needText("name");
        function.end();
        named.end();
        if (name.isEmpty()) {
            throw function.value("name", "is empty");
        }
        return ToolChoice.function(name);
    }

    /** The calls of an assistant's message. */
    static List<ToolCall> calls(Fields message) {
        List<?> list = message.list("tool_calls");
        if (list == null) {
            return List.of();
        }
        List<ToolCall> calls = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            Fields call = Fields.of(message.at("tool_calls") + "[" + i + "]", list.get(i));
            String id = call.needText("id");
            needFunctionType(call);
            call.integer("index"); // of the chunk that it came in
            Fields function = call.needObject("function");
            calls.add(new ToolCall(id, function.needText("name"), function.needText("arguments")));
            function.end();
            call.end();
        }
        return calls;
    }

    /** Mistral leaves the type away. */
    private static void needFunctionType(Fields fields) {
        String type = fields.text("type");
        if (type != null && !type.equals("function")) {
            throw fields.unsupported("type", "is 'function': no other tools can be carried");
        }
    }
}
