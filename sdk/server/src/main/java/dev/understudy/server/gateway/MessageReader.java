package dev.understudy.server.gateway;

import dev.understudy.chat.Message;
import dev.understudy.chat.Part;
import dev.understudy.chat.Role;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the conversation of a request. */
final class MessageReader {

    private MessageReader() {}

    static List<Message> messages(Fields request) {
        List<?> list = request.list("messages");
        if (list == null) {
            throw request.missing("messages");
        }
        if (list.isEmpty()) {
            throw request.value("messages", "needs at least one message");
        }
        List<Message> messages = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            messages.add(message(Fields.of("messages[" + i + "]", list.get(i))));
        }
        return messages;
    }

    private static Message message(Fields fields) {
        Role role = role(fields);
        List<Part> parts = content(fields);
        List<ToolCall> calls = role == Role.ASSISTANT ? ToolReader.calls(fields) : List.of();
        String answers = null;
        if (role == Role.ASSISTANT) {
            parts = orRefusal(fields, parts);
            echoes(fields);
        } else if (role == Role.TOOL) {
            answers = fields.needText("tool_call_id");
            fields.text("name"); // of the tool: the id says it already
        }
        if (fields.take("name") != null) {
            throw fields.unsupported("name", "cannot be carried; say in the text who speaks");
        }
        fields.end();
        if (!calls.isEmpty() && parts.size() == 1 && parts.get(0).equals(new Part.Text(""))) {
            parts = List.of(); // some clients send "" for nothing
        }
        if (parts.isEmpty() && calls.isEmpty()) {
            throw fields.missing("content");
        }
        return new Message(role, parts, calls, answers);
    }

    private static Role role(Fields fields) {
        String role = fields.needText("role");
        return switch (role) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            case "function" ->
                throw fields.value("role", "'function' is the old way; use 'tool' with a 'tool_call_id'");
            default -> throw fields.value("role", "is one of system, developer, user, assistant, tool");
        };
    }

    private static List<Part> content(Fields fields) {
        Object content = fields.take("content");
        if (content == null) {
            return List.of();
        }
        if (content instanceof String text) {
            return List.of(new Part.Text(text));
        }
        if (!(content instanceof List<?> list)) {
            throw fields.type("content", "a string or an array of parts");
        }
        List<Part> parts = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            parts.add(part(Fields.of(fields.at("content") + "[" + i + "]", list.get(i))));
        }
        return parts;
    }

    private static Part part(Fields fields) {
        String type = fields.needText("type");
        Part part =
                switch (type) {
                    case "text" -> new Part.Text(fields.needText("text"));
                    case "refusal" -> new Part.Text(fields.needText("refusal"));
                    case "image_url" -> image(fields);
                    default ->
                        throw fields.unsupported("type", "is one of text, image_url: nothing else can be carried");
                };
        fields.end();
        return part;
    }

    private static Part image(Fields fields) {
        Object image = fields.take("image_url");
        if (image instanceof String url) { // as Mistral writes it
            return new Part.ImageUrl(url);
        }
        Fields object = Fields.of(fields.at("image_url"), image);
        Part part = new Part.ImageUrl(object.needText("url"));
        String detail = object.text("detail");
        if (detail != null && !detail.equals("auto")) {
            throw object.unsupported("detail", "cannot be carried; leave it out, or say \"auto\"");
        }
        object.end();
        return part;
    }

    /** Clients send answers back as they got them: a refusal is what was said then. */
    private static List<Part> orRefusal(Fields fields, List<Part> parts) {
        String refusal = fields.text("refusal");
        return parts.isEmpty() && refusal != null ? List.of(new Part.Text(refusal)) : parts;
    }

    /** What answers have besides, and is empty. */
    private static void echoes(Fields fields) {
        List<?> annotations = fields.list("annotations");
        if (annotations != null && !annotations.isEmpty()) {
            throw fields.unsupported("annotations", "cannot be carried");
        }
        @Nullable Object audio = fields.take("audio");
        if (audio != null) {
            throw fields.unsupported("audio", "cannot be carried: conversations are text and images");
        }
        if (fields.take("function_call") != null) {
            throw fields.unsupported("function_call", "is the old way; use 'tool_calls'");
        }
    }
}
