package dev.understudy.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.understudy.chat.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts tool calls together from their pieces, by their index. Servers differ: some give no index and begin a new call with a
 * new id (Mistral), some give every call the same one (Gemini); a piece with both a new id and a name begins a new call
 * everywhere. Used for one stream, by one thread.
 */
final class ToolCallDeltas {

    /** A piece; the index is -1 where there is none. */
    record Delta(int index, String id, String name, String arguments) {}

    private static final class Call {
        private final int index;
        private String id = "";
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();

        private Call(int index) {
            this.index = index;
        }
    }

    /** In the order in which they began. */
    private final List<Call> calls = new ArrayList<>();

    private long characters;

    /** Returns how many characters it keeps. */
    long characters() {
        return characters;
    }

    /** Reads the field {@code tool_calls} of a delta. */
    static void read(JsonParser json, JsonFactory factory, List<Delta> into) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token != JsonToken.START_OBJECT) {
                throw new AnswerReader.Malformed("a tool call that is not an object");
            }
            if (into.size() >= Caps.TOOL_CALLS) {
                throw new TooLarge("with more than " + Caps.TOOL_CALLS + " tool calls");
            }
            into.add(delta(json, factory));
        }
    }

    private static Delta delta(JsonParser json, JsonFactory factory) throws IOException {
        int index = -1;
        String id = "";
        String function = "";
        String arguments = "";
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (name.equals("index")) {
                index = AnswerReader.index(json);
            } else if (name.equals("id") && value == JsonToken.VALUE_STRING) {
                id = json.getText();
            } else if (name.equals("function") && value == JsonToken.START_OBJECT) {
                String inner;
                while ((inner = json.nextFieldName()) != null) {
                    json.nextToken();
                    switch (inner) {
                        case "name" -> {
                            String said = AnswerReader.stringOrNull(json);
                            function = said == null ? "" : said;
                        }
                        case "arguments" -> arguments = AnswerReader.arguments(json, factory);
                        default -> json.skipChildren();
                    }
                }
            } else {
                json.skipChildren();
            }
        }
        return new Delta(index, id, function, arguments);
    }

    void add(Delta delta) throws IOException {
        Call call = callOf(delta);
        if (call.id.isEmpty()) {
            call.id = delta.id();
        }
        if (call.name.isEmpty()) {
            call.name = delta.name();
        }
        call.arguments.append(delta.arguments());
        characters += (long) delta.id().length()
                + delta.name().length()
                + delta.arguments().length();
    }

    private Call callOf(Delta delta) throws TooLarge {
        // The latest of an index: most pieces belong to the call that came last.
        for (int i = calls.size() - 1; i >= 0; i--) {
            Call call = calls.get(i);
            if (delta.index() < 0 || call.index == delta.index()) {
                boolean another = !delta.id().isEmpty()
                        && !delta.name().isEmpty()
                        && !call.id.isEmpty()
                        && !call.id.equals(delta.id());
                if (!another) {
                    return call;
                }
                break;
            }
        }
        if (calls.size() >= Caps.TOOL_CALLS) {
            throw new TooLarge("with more than " + Caps.TOOL_CALLS + " tool calls");
        }
        Call begun = new Call(delta.index());
        calls.add(begun);
        return begun;
    }

    /** Returns the calls, in the order of their indices, or as they began where they have none. */
    List<ToolCall> whole() throws AnswerReader.Malformed {
        List<ToolCall> whole = new ArrayList<>(calls.size());
        calls.sort((left, right) -> Integer.compare(left.index, right.index)); // stable
        for (Call call : calls) {
            if (call.name.isEmpty()) {
                throw new AnswerReader.Malformed("a tool call without a name");
            }
            whole.add(new ToolCall(call.id, call.name, call.arguments.toString()));
        }
        return whole;
    }
}
