package dev.understudy.openai;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.understudy.chat.Sink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts an answer together from the chunks of its stream, and hands its text on as it comes. Of several choices the one of
 * index 0 is the answer, but the stream is complete only when all have a finish reason, or {@code [DONE]} has come. A chunk
 * that is none is an error, not a hole. Used for one stream, by one thread.
 */
final class StreamedAnswer implements EventStream.Handler {

    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    /** An error event whose data is nothing that we can read. */
    private static final UpstreamError SAYS_NOTHING = new UpstreamError("", List.of("server_error"), 0, "");

    private final JsonFactory json;
    private final Sink sink;

    private final AnswerReader answer;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final ToolCallDeltas tools;
    private final BitSet seen = new BitSet();
    private final BitSet finished = new BitSet();
    private boolean done;
    private boolean eventSeen;

    // Of the choice that is being read: its index may come after its content.
    private String content = "";
    private boolean atWork;
    private final List<ToolCallDeltas.Delta> toolDeltas = new ArrayList<>(2);

    StreamedAnswer(JsonFactory json, Sink sink) {
        this.json = json;
        this.sink = sink;
        this.answer = new AnswerReader(json);
        this.tools = new ToolCallDeltas();
    }

    /** Says whether {@code [DONE]} has come. */
    boolean isDone() {
        return done;
    }

    /** Says whether nothing of the answer itself is missing; its usage may still come. */
    boolean isComplete() {
        return done || (!seen.isEmpty() && finished.cardinality() == seen.cardinality());
    }

    /** Says whether the server has told an error. */
    boolean hasFailed() {
        return answer.error != null;
    }

    /** Says whether there was any event at all. */
    boolean hasBegun() {
        return eventSeen;
    }

    /** Returns what it keeps, as bytes of a body. */
    long keptBytes() {
        return text.length() + refusal.length() + tools.characters();
    }

    /** Returns the whole, to be {@linkplain AnswerReader#check() checked}. */
    AnswerReader whole() throws AnswerReader.Malformed {
        if (!seen.isEmpty()) {
            answer.assembled(text.toString(), refusal.toString(), tools.whole());
        }
        return answer;
    }

    @Override
    public boolean event(@Nullable String type, byte[] data, int length) throws IOException {
        eventSeen = true;
        if (Arrays.equals(data, 0, trimmed(data, length), DONE, 0, DONE.length)) {
            done = true;
            return false;
        }
        if (length == 0) {
            return true; // some servers' way to keep the line alive
        }
        try (JsonParser parser = json.createParser(data, 0, length)) {
            if ("error".equals(type)) {
                UpstreamError said = ErrorReader.readBody(parser);
                answer.error = said.isEmpty() ? SAYS_NOTHING : said;
                return false;
            }
            chunk(parser);
        } catch (JacksonException e) {
            // Its message quotes what it stumbled over.
            throw new AnswerReader.Malformed("an event that is not JSON, or cut short");
        }
        return answer.error == null;
    }

    private static int trimmed(byte[] data, int length) {
        int end = length;
        while (end > 0 && data[end - 1] == ' ') {
            end--;
        }
        return end;
    }

    private void chunk(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new AnswerReader.Malformed("an event that is JSON, but not an object");
        }
        ErrorReader bare = null;
        boolean choices = false;
        boolean isError = false;
        String name;
        while ((name = parser.nextFieldName()) != null) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "choices" -> {
                    choices |= value == JsonToken.START_ARRAY;
                    choices(parser);
                }
                case "usage" -> answer.usage(parser);
                case "id" -> {
                    if (answer.id == null && value == JsonToken.VALUE_STRING) {
                        answer.id = parser.getText();
                    }
                }
                case "error" -> {
                    if (value != JsonToken.VALUE_NULL) {
                        answer.error = AnswerReader.errorValue(parser);
                    }
                }
                case "object" ->
                    isError |=
                            value == JsonToken.VALUE_STRING && parser.getText().equals("error");
                case "message", "type", "code", "detail" -> {
                    // Mistral's and vLLM's errors have no object around them.
                    bare = bare == null ? new ErrorReader() : bare;
                    bare.field(name, parser);
                }
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw new AnswerReader.Malformed("an event that is JSON with something after its end");
        }
        if (answer.error != null && answer.error.isEmpty()) {
            answer.error = choices ? null : SAYS_NOTHING;
        }
        if (answer.error == null
                && bare != null
                && (isError || !choices)
                && !bare.result().isEmpty()) {
            answer.error = bare.result();
        }
    }

    private void choices(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                choice(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void choice(JsonParser parser) throws IOException {
        content = "";
        atWork = false;
        toolDeltas.clear();
        int index = 0;
        String finish = null;
        String name;
        while ((name = parser.nextFieldName()) != null) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "index" -> index = AnswerReader.index(parser);
                case "delta", "message" -> {
                    if (value == JsonToken.START_OBJECT) {
                        delta(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
                case "finish_reason" -> {
                    String reason = AnswerReader.stringOrNull(parser);
                    finish = reason == null || reason.isEmpty() ? finish : reason;
                }
                case "error" -> {
                    if (value != JsonToken.VALUE_NULL) {
                        answer.error = AnswerReader.errorValue(parser);
                    }
                }
                default -> parser.skipChildren();
            }
        }
        if (index < 0 || index >= Caps.CHOICES) {
            throw new AnswerReader.Malformed("a choice whose index is none");
        }
        seen.set(index);
        if (finish != null) {
            finished.set(index);
        }
        apply(index, finish);
    }

    private void apply(int index, @Nullable String finish) throws IOException {
        if (index > 0) {
            if (atWork || !content.isEmpty() || !toolDeltas.isEmpty()) {
                sink.progress();
            }
            return;
        }
        if (finish != null) {
            answer.finish(finish);
        }
        for (ToolCallDeltas.Delta delta : toolDeltas) {
            tools.add(delta);
        }
        if (keptBytes() + content.length() > Caps.BODY_BYTES) {
            throw new TooLarge("with an answer longer than " + Caps.BODY_BYTES + " characters");
        }
        if (!content.isEmpty()) {
            text.append(content);
            sink.text(content);
        } else if (atWork || !toolDeltas.isEmpty()) {
            sink.progress();
        }
    }

    private void delta(JsonParser parser) throws IOException {
        String name;
        while ((name = parser.nextFieldName()) != null) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "content" -> {
                    if (value == JsonToken.VALUE_STRING) {
                        content = parser.getText();
                    } else if (value == JsonToken.START_ARRAY) {
                        content = AnswerReader.parts(parser);
                        atWork = true; // its parts may be thoughts
                    } else {
                        parser.skipChildren();
                    }
                }
                case "refusal" -> {
                    String said = AnswerReader.stringOrNull(parser);
                    if (said != null && !said.isEmpty()) {
                        refusal.append(said);
                        atWork = true;
                    }
                }
                case "reasoning_content", "reasoning", "thinking" -> {
                    String thought = AnswerReader.stringOrNull(parser);
                    atWork |= thought != null && !thought.isEmpty();
                }
                case "tool_calls" -> ToolCallDeltas.read(parser, json, toolDeltas);
                default -> parser.skipChildren();
            }
        }
    }
}
