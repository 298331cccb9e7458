package dev.understudy.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.understudy.chat.JsonTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as trees of maps, lists, text, numbers, booleans and null, as {@link JsonTree} has them. */
public final class Json {

    /** More values than this are refused: in memory the smallest take thirty times what they take on the wire. */
    static final int MAX_VALUES = 100_000;

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(JsonTree.MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            // Names that a stranger chose do not belong into the JVM's table of strings.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Each request may have a thread of its own, so buffers do not belong to threads.
            .recyclerPool(JsonRecyclerPools.sharedBoundedPool())
            .build();

    private Json() {}

    /**
     * Writes a tree on one line. Records, instants and everything else become their text; infinite numbers null.
     *
     * @param tree an object; its keys stand in the order of the map
     * @return UTF-8
     */
    public static byte[] write(Map<String, ?> tree) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try {
            write(tree, bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * Writes a tree on one line to where it goes, so that what is long is not copied first.
     *
     * @param tree as in {@link #write(Map)}
     * @param to gets UTF-8; neither flushed nor closed
     * @throws IOException if it fails
     */
    public static void write(Map<String, ?> tree, OutputStream to) throws IOException {
        try (JsonGenerator generator = FACTORY.createGenerator(to)) {
            write(tree, generator);
        }
    }

    private static void write(@Nullable Object value, JsonGenerator to) throws IOException {
        if (value instanceof Map<?, ?> object) {
            to.writeStartObject();
            for (Map.Entry<?, ?> field : object.entrySet()) {
                to.writeFieldName(String.valueOf(field.getKey()));
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
        } else if (value instanceof BigDecimal number) {
            to.writeNumber(number);
        } else if (value instanceof BigInteger number) {
            to.writeNumber(number);
        } else if (value instanceof Double number && Double.isFinite(number)) {
            to.writeNumber(number);
        } else if (value instanceof Boolean bool) {
            to.writeBoolean(bool);
        } else if (value == null || value instanceof Double) {
            to.writeNull(); // JSON has no infinity
        } else {
            to.writeString(unicode(value.toString()));
        }
    }

    /** Half a surrogate pair, as it is left where a text was cut, is no Unicode, and the generator fails on it. */
    private static String unicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 1) {
                    return repaired(text);
                }
                i++;
            }
        }
        return text;
    }

    private static String repaired(String text) {
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints().forEach(c -> whole.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c));
        return whole.toString();
    }

    /**
     * Reads an object. A key that comes twice, more than {@link JsonTree#MAX_DEPTH} levels or 100,000 values, and anything after
     * the object are refused.
     *
     * @param bytes UTF-8; how long it may be is decided by who read it
     * @return the object's fields in their order; numbers are {@link Long} where they fit, else {@link BigInteger} or
     *     {@link BigDecimal}
     * @throws Refusal with status 400, if it is no such object; it says where, and nothing of the content
     */
    public static Map<String, @Nullable Object> read(byte[] bytes) {
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Refusal(400, "The body is not a JSON object");
            }
            Map<String, @Nullable Object> object = new Reading(parser).object();
            if (parser.nextToken() != null) {
                throw new Refusal(400, "Something follows after the JSON object");
            }
            return object;
        } catch (com.fasterxml.jackson.core.JsonProcessingException broken) {
            throw new Refusal(
                    400,
                    "The body is not JSON: wrong at line "
                            + broken.getLocation().getLineNr() + ", column "
                            + broken.getLocation().getColumnNr());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** One object on its way in; it counts its values. */
    private static final class Reading {
        private final JsonParser parser;
        private int values;

        Reading(JsonParser parser) {
            this.parser = parser;
        }

        Map<String, @Nullable Object> object() throws IOException {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, value());
            }
            return fields;
        }

        private @Nullable Object value() throws IOException {
            if (++values > MAX_VALUES) {
                throw new Refusal(400, "The body has more than " + MAX_VALUES + " values");
            }
            return switch (parser.currentToken()) {
                case START_OBJECT -> object();
                case START_ARRAY -> {
                    List<@Nullable Object> elements = new ArrayList<>();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        elements.add(value());
                    }
                    yield elements;
                }
                case VALUE_STRING -> parser.getText();
                case VALUE_NUMBER_INT ->
                    parser.getNumberValue() instanceof BigInteger big ? big : (Object) parser.getLongValue();
                case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NULL -> null;
                default -> throw new IllegalStateException("Not a value: " + parser.currentToken());
            };
        }
    }
}
