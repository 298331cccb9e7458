package dev.understudy.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON without a JSON library: a tree of {@link Map} (with string keys), {@link List}, {@link String}, {@link Number},
 * {@link Boolean} and null, for the few places where a request carries free-form JSON (a tool's schema, a response format,
 * provider-specific fields).
 */
public final class JsonTree {

    /** Nesting deeper than this is refused; providers refuse far less. */
    public static final int MAX_DEPTH = 64;

    private JsonTree() {}

    /**
     * Copies an object deeply, so that nobody can change it later.
     *
     * @param object the object's fields
     * @return an unmodifiable copy in the same order
     * @throws IllegalArgumentException if a value is of another type, a number is not finite, or the nesting is deeper than
     *     {@link #MAX_DEPTH}
     */
    public static Map<String, @Nullable Object> copyOf(Map<String, ? extends @Nullable Object> object) {
        return copyMap(object, 1);
    }

    private static Map<String, @Nullable Object> copyMap(Map<?, ?> object, int depth) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        object.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException("A JSON object's keys are strings, not " + key);
            }
            copy.put(name, copyValue(value, depth));
        });
        return Collections.unmodifiableMap(copy);
    }

    private static @Nullable Object copyValue(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("JSON is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value == null || value instanceof String || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number number) {
            if (!Double.isFinite(number.doubleValue())) {
                throw new IllegalArgumentException("JSON has no number " + number);
            }
            return number;
        }
        if (value instanceof Map<?, ?> map) {
            return copyMap(map, depth + 1);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            for (Object element : list) {
                copy.add(copyValue(element, depth + 1));
            }
            return Collections.unmodifiableList(copy);
        }
        throw new IllegalArgumentException(
                "JSON has no value of type " + value.getClass().getName());
    }
}
