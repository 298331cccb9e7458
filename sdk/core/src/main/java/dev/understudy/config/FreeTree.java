package dev.understudy.config;

import dev.understudy.config.Node.Entry;
import dev.understudy.config.Node.Mapping;
import dev.understudy.config.Node.Scalar;
import dev.understudy.config.Node.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Free-form JSON in the file: provider-specific fields, whose names and values only the provider knows. Typed by the core
 * schema of YAML 1.2; problems never show a value, which may be a key in a header.
 */
final class FreeTree {

    private static final Pattern WHOLE = Pattern.compile("[-+]?\\d{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\.\\d+|\\d+(\\.\\d*)?)([eE][-+]?\\d{1,3})?");
    private static final int MAX_DIGITS = 40;

    private FreeTree() {}

    /** A map of anything that JSON can say. */
    static Value<Map<String, @Nullable Object>> value() {
        return (node, where, problems) -> {
            if (!(node instanceof Mapping mapping)) {
                problems.add(where, Value.mismatch(node, "a map"));
                return null;
            }
            try {
                return map(mapping);
            } catch (Refusal refusal) {
                problems.add(where, refusal.sentence());
                return null;
            }
        };
    }

    private static Map<String, @Nullable Object> map(Mapping mapping) throws Refusal {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, Entry> entry : mapping.entries().entrySet()) {
            map.put(entry.getKey(), any(entry.getValue()));
        }
        return map;
    }

    private static List<@Nullable Object> list(Sequence sequence) throws Refusal {
        List<@Nullable Object> list = new ArrayList<>();
        for (Entry element : sequence.elements()) {
            list.add(any(element));
        }
        return list;
    }

    private static @Nullable Object any(Entry entry) throws Refusal {
        if (entry.value() instanceof Mapping mapping) {
            return map(mapping);
        }
        if (entry.value() instanceof Sequence sequence) {
            return list(sequence);
        }
        Scalar scalar = (Scalar) entry.value();
        return switch (scalar.type()) {
            case TEXT -> scalar.text();
            case BOOLEAN -> scalar.text().equalsIgnoreCase("true");
            case INTEGER, DECIMAL -> number(scalar.text(), entry.line());
            case EMPTY -> {
                if (scalar.text().isEmpty()) {
                    throw new Refusal("a value is missing in line " + entry.line() + "; write null if that is meant");
                }
                yield null;
            }
        };
    }

    private static Number number(String text, int line) throws Refusal {
        if (WHOLE.matcher(text).matches()) {
            return Long.valueOf(text);
        }
        if (text.length() <= MAX_DIGITS && DECIMAL.matcher(text).matches()) {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        }
        throw new Refusal("JSON has no such number as in line " + line + "; write it in decimals, or in quotes");
    }
}
