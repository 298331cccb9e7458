package dev.understudy.openai;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer. Fields that are not known are skipped without being kept; of several choices the first counts. What it
 * found is in its fields. Used for one answer, by one thread.
 */
final class AnswerReader {

    /** The body is not an answer; the message says why without quoting it. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        private final String what;

        Malformed(String what) {
            super(what);
            this.what = what;
        }

        String what() {
            return what;
        }
    }

    private final JsonFactory factory;

    String text = "";
    List<ToolCall> toolCalls = List.of();
    FinishReason finishReason = FinishReason.OTHER;
    Usage usage = Usage.NONE;

    @Nullable
    String id;
    /** What the body said instead of, or besides, an answer; null where there was no error in it. */
    @Nullable
    UpstreamError error;

    private boolean choiceSeen;
    private boolean messageSeen;
    private boolean failed;
    private String refusal = "";
    private @Nullable String finish;

    AnswerReader(JsonFactory factory) {
        this.factory = factory;
    }

    /**
     * Reads a body to its end.
     *
     * @throws Malformed if it is no JSON that could hold an answer
     * @throws IOException what the stream failed with
     */
    static AnswerReader read(JsonFactory factory, AnswerStream body) throws IOException {
        AnswerReader reader = new AnswerReader(factory);
        try (JsonParser json = factory.createParser(body)) {
            reader.read(json);
        } catch (JacksonException e) {
            // Its message quotes what it stumbled over.
            throw new Malformed("not JSON, or cut short, within the first " + body.count() + " bytes");
        }
        return reader;
    }

    private void read(JsonParser json) throws IOException {
        JsonToken first = json.nextToken();
        if (first == null) {
            throw new Malformed("empty");
        }
        if (first != JsonToken.START_OBJECT) {
            throw new Malformed("JSON, but not an object");
        }
        ErrorReader bare = null;
        boolean isError = false;
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "choices" -> choices(json);
                case "usage" -> usage(json);
                case "id" -> id = value == JsonToken.VALUE_STRING ? json.getText() : null;
                case "error" -> {
                    if (value != JsonToken.VALUE_NULL) {
                        error = errorValue(json);
                    }
                }
                case "object" ->
                    isError |= value == JsonToken.VALUE_STRING && json.getText().equals("error");
                case "message", "type", "code", "detail" -> {
                    // Mistral's and vLLM's errors have no object around them.
                    bare = bare == null ? new ErrorReader() : bare;
                    bare.field(name, json);
                }
                default -> json.skipChildren();
            }
        }
        if (json.nextToken() != null) {
            throw new Malformed("JSON with something after its end");
        }
        if (error != null && error.isEmpty() && choiceSeen) {
            error = null;
        }
        if (error == null
                && bare != null
                && (isError || !choiceSeen)
                && !bare.result().isEmpty()) {
            error = bare.result();
        }
    }

    static UpstreamError errorValue(JsonParser json) throws IOException {
        ErrorReader reader = new ErrorReader();
        reader.value(json);
        return reader.result();
    }

    private void choices(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token == JsonToken.START_OBJECT && !choiceSeen) {
                choiceSeen = true;
                choice(json);
            } else {
                json.skipChildren();
            }
        }
    }

    private void choice(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "message" -> {
                    if (value == JsonToken.START_OBJECT) {
                        messageSeen = true;
                        message(json);
                    } else {
                        json.skipChildren();
                    }
                }
                case "finish_reason" -> finish = stringOrNull(json);
                case "error" -> {
                    if (value != JsonToken.VALUE_NULL) {
                        error = errorValue(json);
                    }
                }
                default -> json.skipChildren();
            }
        }
    }

    private void message(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "content" -> {
                    if (value == JsonToken.VALUE_STRING) {
                        text = json.getText();
                    } else if (value == JsonToken.START_ARRAY) {
                        text = parts(json);
                    } else {
                        json.skipChildren();
                    }
                }
                case "refusal" -> {
                    String said = stringOrNull(json);
                    refusal = said == null ? "" : said;
                }
                case "tool_calls" -> toolCalls(json);
                default -> json.skipChildren();
            }
        }
    }

    /** Content in parts: the text parts count, thinking and references do not. */
    static String parts(JsonParser json) throws IOException {
        String single = "";
        StringBuilder all = null;
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            String piece = null;
            if (token == JsonToken.VALUE_STRING) {
                piece = json.getText();
            } else if (token == JsonToken.START_OBJECT) {
                piece = part(json);
            } else {
                json.skipChildren();
            }
            if (piece == null || piece.isEmpty()) {
                continue;
            }
            if (all != null) {
                all.append(piece);
            } else if (single.isEmpty()) {
                single = piece;
            } else {
                all = new StringBuilder(single).append(piece);
            }
        }
        return all == null ? single : all.toString();
    }

    private static @Nullable String part(JsonParser json) throws IOException {
        String type = "text";
        String text = null;
        String name;
        while ((name = json.nextFieldName()) != null) {
            json.nextToken();
            switch (name) {
                case "type" -> {
                    String said = stringOrNull(json);
                    type = said == null ? type : said;
                }
                case "text" -> text = stringOrNull(json);
                default -> json.skipChildren();
            }
        }
        return type.equals("text") || type.equals("output_text") ? text : null;
    }

    private void toolCalls(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token != JsonToken.START_OBJECT) {
                throw new Malformed("a tool call that is not an object");
            }
            if (calls.size() >= Caps.TOOL_CALLS) {
                throw new TooLarge("with more than " + Caps.TOOL_CALLS + " tool calls");
            }
            calls.add(toolCall(json));
        }
        toolCalls = calls;
    }

    private ToolCall toolCall(JsonParser json) throws IOException {
        String id = "";
        String function = null;
        String arguments = "";
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (name.equals("id") && value == JsonToken.VALUE_STRING) {
                id = json.getText();
            } else if (name.equals("function") && value == JsonToken.START_OBJECT) {
                String inner;
                while ((inner = json.nextFieldName()) != null) {
                    json.nextToken();
                    switch (inner) {
                        case "name" -> function = stringOrNull(json);
                        case "arguments" -> arguments = arguments(json, factory);
                        default -> json.skipChildren();
                    }
                }
            } else {
                json.skipChildren();
            }
        }
        if (function == null) {
            throw new Malformed("a tool call without a name");
        }
        return new ToolCall(id, function, arguments);
    }

    /** Arguments are JSON in a string; some servers leave the string away. */
    static String arguments(JsonParser json, JsonFactory factory) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        if (token == JsonToken.VALUE_NULL) {
            return "";
        }
        StringWriter copy = new StringWriter();
        try (JsonGenerator out = factory.createGenerator(copy)) {
            out.copyCurrentStructureExact(json);
        }
        return copy.toString();
    }

    void usage(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        long input = 0;
        long output = 0;
        String name;
        while ((name = json.nextFieldName()) != null) {
            json.nextToken();
            switch (name) {
                case "prompt_tokens" -> input = tokens(json);
                case "completion_tokens" -> output = tokens(json);
                default -> json.skipChildren();
            }
        }
        usage = input == 0 && output == 0 ? Usage.NONE : new Usage(input, output);
    }

    /** A count of tokens; what cannot be one counts as none. */
    private static long tokens(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            json.skipChildren();
            return 0;
        }
        // More digits than an int has are no count of tokens, and must not overflow a sum of them.
        if (json.getTextLength() > 10) {
            return 0;
        }
        long count = json.getLongValue();
        return count < 0 || count > Integer.MAX_VALUE ? 0 : count;
    }

    static @Nullable String stringOrNull(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return null;
    }

    /** Reads an index; what cannot be one is -1. */
    static int index(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            json.skipChildren();
            return -1;
        }
        return json.getTextLength() > 9 ? -1 : json.getIntValue();
    }

    /** Notes why the model stopped, for an answer that came in pieces. */
    void finish(String reason) {
        finish = reason;
    }

    /** Takes an answer that came in pieces. */
    void assembled(String wholeText, String wholeRefusal, List<ToolCall> wholeToolCalls) {
        choiceSeen = true;
        messageSeen = true;
        text = wholeText;
        refusal = wholeRefusal;
        toolCalls = wholeToolCalls;
    }

    /**
     * Makes sure that what was read is an answer, or an {@link #error}.
     *
     * @throws Malformed if it is neither
     */
    void check() throws Malformed {
        if (error != null) {
            return;
        }
        if (!choiceSeen) {
            throw new Malformed("JSON without choices");
        }
        if (!messageSeen) {
            throw new Malformed("a choice without a message");
        }
        finishReason = finishReason(finish);
        if (failed) {
            error = new UpstreamError("", List.of("generation_error", "server_error"), 0, "");
            return;
        }
        if (text.isEmpty() && toolCalls.isEmpty() && !refusal.isEmpty()) {
            // The model declined in a field of its own: that is its answer, and not the one that was asked for.
            text = refusal;
            finishReason = FinishReason.CONTENT_FILTER;
        }
        if (text.isBlank() && toolCalls.isEmpty()) {
            if (finishReason == FinishReason.CONTENT_FILTER) {
                error = new UpstreamError("", List.of("content_filter"), 0, "");
            } else if (finishReason != FinishReason.LENGTH) {
                throw new Malformed("an answer without content");
            }
        }
    }

    private FinishReason finishReason(@Nullable String reason) {
        if (reason == null) {
            return FinishReason.OTHER;
        }
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "stop", "eos", "eos_token", "end_turn", "stop_sequence" -> FinishReason.STOP;
            case "length", "max_tokens", "model_length" -> FinishReason.LENGTH;
            case "tool_calls", "tool_use", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter", "safety" -> FinishReason.CONTENT_FILTER;
            case "error" -> {
                failed = true;
                yield FinishReason.OTHER;
            }
            default -> FinishReason.OTHER;
        };
    }
}
