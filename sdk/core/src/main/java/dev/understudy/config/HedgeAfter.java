package dev.understudy.config;

import dev.understudy.fallback.HedgeSettings;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How late a candidate may be before the baseline is asked besides.
 *
 * @param time so long, or null for the p95 of its recent answers
 */
record HedgeAfter(@Nullable Duration time) {

    private static final String P95 = "p95";
    private static final Value<HedgeAfter> VALUE =
            Value.scalar("'p95' or a duration, for example '300ms'", scalar -> read(scalar.text()));

    private static HedgeAfter read(String text) throws Refusal {
        if (text.equalsIgnoreCase(P95)) {
            return new HedgeAfter(null);
        }
        if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            throw new Refusal(
                    Excerpt.quoted(text) + " is neither p95 nor a duration; write 'p95', or for example '300ms'");
        }
        return new HedgeAfter(Values.readDuration(text, HedgeSettings.MIN_AFTER, HedgeSettings.MAX_AFTER));
    }

    static Value<HedgeAfter> value() {
        return VALUE;
    }

    /** A map, {@code off}, or only how late: {@code p95}, {@code 300ms}. */
    static Value<Section> section(Keys keys, Key<HedgeAfter> after) {
        Value<Section> map = Values.mapOrOff(keys.section(), "when to hedge; write for example 'p95' or '300ms'");
        return (node, where, problems) -> {
            if (!(node instanceof Node.Scalar scalar) || Values.isOff(node) || scalar.type() == Node.Type.EMPTY) {
                return map.read(node, where, problems);
            }
            HedgeAfter said = VALUE.read(node, where, problems);
            return said == null ? null : Section.of(where, Map.of(after, said));
        };
    }
}
