package dev.understudy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object for programs, on one line; keys stand in the order in which they were put. Not thread-safe. */
final class Json {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    /** Starts an empty object. */
    static Json object() {
        return new Json();
    }

    /** Adds a field: text, a number, true or false, null, another object, or a list of these. */
    Json put(String name, @Nullable Object value) {
        fields.put(name, value);
        return this;
    }

    @Override
    public String toString() {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            write(this, generator);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void write(@Nullable Object value, JsonGenerator to) throws IOException {
        if (value instanceof Json object) {
            to.writeStartObject();
            for (Map.Entry<String, @Nullable Object> field : object.fields.entrySet()) {
                to.writeFieldName(field.getKey());
                write(field.getValue(), to);
            }
            to.writeEndObject();
        } else if (value instanceof List<?> list) {
            to.writeStartArray();
            for (Object element : list) {
                write(element, to);
            }
            to.writeEndArray();
        } else if (value instanceof Integer || value instanceof Long) {
            to.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double number && Double.isFinite(number)) {
            to.writeNumber(number);
        } else if (value instanceof Boolean bool) {
            to.writeBoolean(bool);
        } else if (value == null || value instanceof Double) {
            to.writeNull(); // JSON has no infinity
        } else {
            to.writeString(value.toString());
        }
    }
}
