package dev.understudy.server.gateway;

import dev.understudy.chat.JsonTree;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of a request whose fields are taken one by one; what is left at the end is refused, so that nothing is dropped
 * in silence. A field that is null counts as absent, as with OpenAI. Used by one thread.
 */
final class Fields {

    private static final int SHOWN_NAME = 64;

    private final String path;
    private final Map<String, @Nullable Object> left;

    /**
     * Looks at an object.
     *
     * @param path what leads to it, such as {@code messages[3]}; empty for the request itself
     * @param fields its fields, which are taken out of it
     */
    Fields(String path, Map<String, @Nullable Object> fields) {
        this.path = path;
        this.left = fields;
    }

    /** An element of a list that must be an object. */
    static Fields of(String path, @Nullable Object value) {
        if (value instanceof Map<?, ?>) {
            @SuppressWarnings("unchecked") // JSON objects have strings for keys
            Map<String, @Nullable Object> fields = (Map<String, @Nullable Object>) value;
            return new Fields(path, fields);
        }
        throw ApiError.wrong(400, "invalid_type", path, "'" + path + "' is an object");
    }

    @Nullable
    Object take(String name) {
        return left.remove(name);
    }

    @Nullable
    String text(String name) {
        Object value = take(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw type(name, "a string");
    }

    String needText(String name) {
        String text = text(name);
        if (text == null) {
            throw missing(name);
        }
        return text;
    }

    @Nullable
    Boolean flag(String name) {
        Object value = take(name);
        if (value == null || value instanceof Boolean) {
            return (Boolean) value;
        }
        throw type(name, "true or false");
    }

    boolean isTrue(String name) {
        return Boolean.TRUE.equals(flag(name));
    }

    @Nullable
    Double number(String name) {
        Object value = take(name);
        if (value == null) {
            return null;
        }
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw type(name, "a number");
    }

    @Nullable
    Long integer(String name) {
        Object value = take(name);
        if (value == null || value instanceof Long) {
            return (Long) value;
        }
        // 1.0 is an integer in JSON, and some languages write it so.
        if (value instanceof BigDecimal number && number.scale() <= 2 && number.precision() <= 18) {
            try {
                return number.longValueExact();
            } catch (ArithmeticException fraction) {
                throw type(name, "an integer");
            }
        }
        throw type(name, value instanceof BigInteger ? "an integer of at most 64 bits" : "an integer");
    }

    @Nullable
    List<?> list(String name) {
        Object value = take(name);
        if (value == null || value instanceof List<?>) {
            return (List<?>) value;
        }
        throw type(name, "an array");
    }

    @Nullable
    Map<String, @Nullable Object> tree(String name) {
        Object value = take(name);
        if (value == null) {
            return null;
        }
        try {
            return JsonTree.copyOf(of(at(name), value).left);
        } catch (IllegalArgumentException tooLarge) {
            throw value(name, "holds a number that is not finite");
        }
    }

    @Nullable
    Fields object(String name) {
        Object value = take(name);
        return value == null ? null : of(at(name), value);
    }

    Fields needObject(String name) {
        Fields object = object(name);
        if (object == null) {
            throw missing(name);
        }
        return object;
    }

    /** The first field that nobody took and that says something; null where all were taken. */
    @Nullable
    String rest() {
        for (Map.Entry<String, @Nullable Object> field : left.entrySet()) {
            if (field.getValue() != null) {
                return field.getKey();
            }
        }
        return null;
    }

    /** Refuses what nobody took. */
    void end() {
        String unknown = rest();
        if (unknown != null) {
            throw wrong("unknown_parameter", unknown, "is not known here");
        }
    }

    /** How a field of this object is called in errors. */
    String at(String name) {
        String shown = shown(name);
        return path.isEmpty() ? shown : path + "." + shown;
    }

    ApiError missing(String name) {
        return wrong("missing_required_parameter", name, "is missing");
    }

    ApiError type(String name, String right) {
        return wrong("invalid_type", name, "is " + right);
    }

    ApiError value(String name, String right) {
        return wrong("invalid_value", name, right);
    }

    ApiError unsupported(String name, String why) {
        return wrong("unsupported_parameter", name, why);
    }

    private ApiError wrong(String code, String name, String what) {
        return ApiError.wrong(400, code, at(name), "'" + at(name) + "' " + what);
    }

    /** A name that a stranger chose, as it may stand in a message. */
    static String shown(String name) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < name.length() && i < SHOWN_NAME; i++) {
            char c = name.charAt(i);
            plain.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return name.length() > SHOWN_NAME ? plain + "..." : plain.toString();
    }
}
