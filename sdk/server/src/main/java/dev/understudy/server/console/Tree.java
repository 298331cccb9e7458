package dev.understudy.server.console;

import dev.understudy.evidence.Estimate;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object in the making: its fields stand in the order in which they were put. Not thread-safe. */
final class Tree {

    /** More digits than anybody looks at, and few enough that noise is not sent. */
    private static final MathContext DIGITS = new MathContext(4);

    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    /** A text, a number, a boolean, a list, another tree's {@link #map()}, or null. */
    Tree put(String name, @Nullable Object value) {
        fields.put(name, value);
        return this;
    }

    /** A measured number; null where it is none or infinite. */
    Tree number(String name, double value) {
        return put(name, rounded(value));
    }

    /** A value with its bounds; null where nothing was measured. An infinite bound is null. */
    Tree estimate(String name, Estimate estimate) {
        return put(
                name,
                estimate.isKnown()
                        ? new Tree()
                                .number("value", estimate.value())
                                .number("low", estimate.low())
                                .number("high", estimate.high())
                                .map()
                        : null);
    }

    static @Nullable Double rounded(double value) {
        return Double.isFinite(value) ? Double.valueOf(new BigDecimal(value, DIGITS).doubleValue()) : null;
    }

    Map<String, @Nullable Object> map() {
        return fields;
    }
}
