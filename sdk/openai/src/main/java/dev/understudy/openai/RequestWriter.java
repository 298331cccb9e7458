package dev.understudy.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Part;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolChoice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes requests as a deployment's provider wants them, straight into the buffer that is sent. Only what is set is
 * written: some providers refuse fields that they do not know. Thread-safe.
 */
final class RequestWriter {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long QUOTES = LOW_BITS * '"';
    private static final long BACKSLASHES = LOW_BITS * '\\';
    private static final long BLANKS = LOW_BITS * ' ';

    private static final SerializedString MODEL = new SerializedString("model");
    private static final SerializedString MESSAGES = new SerializedString("messages");
    private static final SerializedString ROLE = new SerializedString("role");
    private static final SerializedString CONTENT = new SerializedString("content");

    /** Fields that are ours: an {@code extra} field of that name would be sent twice, or change what we rely on. */
    private static final Set<String> OWN_FIELDS = Set.of(
            "model",
            "messages",
            "temperature",
            "max_tokens",
            "max_completion_tokens",
            "top_p",
            "stop",
            "seed",
            "random_seed",
            "response_format",
            "tools",
            "tool_choice",
            "stream",
            "stream_options");

    private final JsonFactory json;
    private final Dialect dialect;
    private final SerializedString model;
    private final Parameters defaults;
    private final Map<String, @Nullable Object> extra;

    /** Whether streams are asked for their usage; who refuses the question once is not asked again. */
    private volatile boolean asksForUsage;

    RequestWriter(JsonFactory json, Dialect dialect, Deployment deployment) {
        this.json = json;
        this.dialect = dialect;
        this.model = new SerializedString(deployment.model());
        this.defaults = deployment.parameters();
        this.extra = deployment.extra();
        this.asksForUsage = dialect.streamUsage();
    }

    /** Says what is wrong with a deployment's extra fields, one sentence each. */
    static List<String> problems(Deployment deployment) {
        List<String> problems = new ArrayList<>();
        for (String name : deployment.extra().keySet()) {
            if (OWN_FIELDS.contains(name)) {
                problems.add("extra field '" + name
                        + "' is sent by the client itself; set it as a parameter, or leave it out");
            }
        }
        return problems;
    }

    /** Says whether streams are asked for their usage. */
    boolean asksForUsage() {
        return asksForUsage;
    }

    /** Asks for no usage from now on. */
    void askForNoUsage() {
        asksForUsage = false;
    }

    /** Writes a request for an answer, as a stream or as a whole. */
    Buffer write(ChatRequest request, boolean stream) {
        Buffer buffer = new Buffer();
        try {
            write(request, stream, buffer);
        } catch (IOException e) {
            // A buffer does not fail; what could not be written is no JSON.
            throw new UncheckedIOException(e);
        }
        return buffer;
    }

    private void write(ChatRequest request, boolean stream, Buffer buffer) throws IOException {
        try (JsonGenerator out = json.createGenerator(buffer.outputStream())) {
            out.writeStartObject();
            out.writeFieldName(MODEL);
            out.writeString(model);
            out.writeFieldName(MESSAGES);
            out.writeStartArray();
            List<Message> messages = request.messages();
            for (int i = 0; i < messages.size(); i++) {
                writeMessage(messages.get(i), out);
            }
            out.writeEndArray();
            writeParameters(request.parameters().orElse(defaults), out);
            if (!request.tools().isEmpty()) {
                writeTools(request, out);
            }
            if (!request.responseFormat().isEmpty()) {
                out.writeFieldName("response_format");
                writeTree(request.responseFormat(), out);
            }
            if (stream) {
                out.writeBooleanField("stream", true);
                if (asksForUsage) {
                    out.writeObjectFieldStart("stream_options");
                    out.writeBooleanField("include_usage", true);
                    out.writeEndObject();
                }
            }
            for (Map.Entry<String, @Nullable Object> field : extra.entrySet()) {
                out.writeFieldName(field.getKey());
                writeTree(field.getValue(), out);
            }
            out.writeEndObject();
        }
    }

    private static void writeMessage(Message message, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeFieldName(ROLE);
        out.writeString(message.role().wireName());
        List<Part> parts = message.parts();
        if (parts.size() == 1 && parts.get(0) instanceof Part.Text only) {
            out.writeFieldName(CONTENT);
            writeText(out, only.text());
        } else if (!parts.isEmpty()) {
            out.writeFieldName(CONTENT);
            out.writeStartArray();
            for (Part part : parts) {
                writePart(part, out);
            }
            out.writeEndArray();
        }
        if (!message.toolCalls().isEmpty()) {
            out.writeArrayFieldStart("tool_calls");
            for (ToolCall call : message.toolCalls()) {
                writeToolCall(call, out);
            }
            out.writeEndArray();
        }
        if (message.toolCallId() != null) {
            out.writeFieldName("tool_call_id");
            writeText(out, message.toolCallId());
        }
        out.writeEndObject();
    }

    private static void writePart(Part part, JsonGenerator out) throws IOException {
        out.writeStartObject();
        if (part instanceof Part.Text text) {
            out.writeStringField("type", "text");
            out.writeFieldName("text");
            writeText(out, text.text());
        } else if (part instanceof Part.ImageUrl image) {
            out.writeStringField("type", "image_url");
            out.writeObjectFieldStart("image_url");
            out.writeFieldName("url");
            writeText(out, image.url());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void writeToolCall(ToolCall call, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeFieldName("id");
        writeText(out, call.id());
        out.writeStringField("type", "function");
        out.writeObjectFieldStart("function");
        out.writeFieldName("name");
        writeText(out, call.name());
        out.writeFieldName("arguments");
        writeText(out, call.arguments());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void writeParameters(Parameters parameters, JsonGenerator out) throws IOException {
        if (parameters.temperature() != null) {
            out.writeNumberField("temperature", parameters.temperature());
        }
        if (parameters.maxTokens() != null) {
            out.writeNumberField(dialect.maxTokensField(), parameters.maxTokens());
        }
        if (parameters.topP() != null) {
            out.writeNumberField("top_p", parameters.topP());
        }
        if (!parameters.stop().isEmpty()) {
            out.writeArrayFieldStart("stop");
            for (String stop : parameters.stop()) {
                writeText(out, stop);
            }
            out.writeEndArray();
        }
        if (parameters.seed() != null) {
            out.writeNumberField(dialect.seedField(), parameters.seed());
        }
    }

    private void writeTools(ChatRequest request, JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("tools");
        for (Tool tool : request.tools()) {
            out.writeStartObject();
            out.writeStringField("type", "function");
            out.writeObjectFieldStart("function");
            out.writeFieldName("name");
            writeText(out, tool.name());
            out.writeFieldName("description");
            writeText(out, tool.description());
            out.writeFieldName("parameters");
            writeTree(tool.parameters(), out);
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
        // Without tools a choice means nothing, and is refused by some.
        ToolChoice choice = request.toolChoice();
        if (choice != null) {
            writeToolChoice(choice, out);
        }
    }

    private void writeToolChoice(ToolChoice choice, JsonGenerator out) throws IOException {
        if (choice.function().isEmpty()) {
            out.writeStringField(
                    "tool_choice", choice.mode().equals("required") ? dialect.requiredToolChoice() : choice.mode());
        } else {
            out.writeObjectFieldStart("tool_choice");
            out.writeStringField("type", "function");
            out.writeObjectFieldStart("function");
            out.writeFieldName("name");
            writeText(out, choice.function());
            out.writeEndObject();
            out.writeEndObject();
        }
    }

    /** Writes a {@link dev.understudy.chat.JsonTree}. */
    private static void writeTree(@Nullable Object value, JsonGenerator out) throws IOException {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof String string) {
            writeText(out, string);
        } else if (value instanceof Boolean bool) {
            out.writeBoolean(bool);
        } else if (value instanceof Number number) {
            writeNumber(number, out);
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> field : map.entrySet()) {
                out.writeFieldName((String) field.getKey());
                writeTree(field.getValue(), out);
            }
            out.writeEndObject();
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object element : list) {
                writeTree(element, out);
            }
            out.writeEndArray();
        } else {
            throw new IllegalArgumentException(
                    "JSON has no value of type " + value.getClass().getName());
        }
    }

    private static void writeNumber(Number number, JsonGenerator out) throws IOException {
        if (number instanceof Integer || number instanceof Long || number instanceof Short || number instanceof Byte) {
            out.writeNumber(number.longValue());
        } else if (number instanceof BigInteger big) {
            out.writeNumber(big);
        } else if (number instanceof BigDecimal big) {
            out.writeNumber(big);
        } else if (number instanceof Float single) {
            out.writeNumber(single);
        } else {
            out.writeNumber(number.doubleValue());
        }
    }

    /**
     * Writes a text by way of its bytes, which is faster than char by char: the JDK turns most strings into UTF-8 by
     * copying them, and what needs no escape is copied once more. Halves of surrogate pairs, as they are left where a text
     * was cut at a number of chars, become question marks: they are no Unicode, and some servers fail on them.
     */
    private static void writeText(JsonGenerator out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (needsEscape(utf8)) {
            out.writeUTF8String(utf8, 0, utf8.length);
        } else {
            out.writeRawUTF8String(utf8, 0, utf8.length);
        }
    }

    /** Looks for quotes, backslashes and control characters, eight bytes at a time. */
    private static boolean needsEscape(byte[] utf8) {
        int i = 0;
        for (; i <= utf8.length - Long.BYTES; i += Long.BYTES) {
            long eight = (long) LONGS.get(utf8, i);
            // A byte is zero after the XOR where it is the one sought; control characters are below a blank.
            long found = zero(eight ^ QUOTES) | zero(eight ^ BACKSLASHES) | below(eight, BLANKS);
            if ((found & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; i < utf8.length; i++) {
            int b = utf8[i];
            if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
                return true;
            }
        }
        return false;
    }

    /** Sets the highest bit of every byte that is zero, and perhaps of some after one (Hacker's Delight, 6-1). */
    private static long zero(long eight) {
        return below(eight, LOW_BITS);
    }

    private static long below(long eight, long bounds) {
        return (eight - bounds) & ~eight;
    }
}
