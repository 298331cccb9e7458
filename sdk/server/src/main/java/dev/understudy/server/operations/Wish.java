package dev.understudy.server.operations;

import dev.understudy.rollout.Share;
import dev.understudy.server.http.Json;
import dev.understudy.server.http.Refusal;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a body asks for, read strictly: who changes a share must not be misunderstood. */
final class Wish {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private final Map<String, @Nullable Object> fields;

    Wish(byte[] body) {
        fields = Json.read(body);
    }

    /** Refuses what nobody asked for. */
    void only(String... known) {
        if (!Set.of(known).containsAll(fields.keySet())) {
            throw new Refusal(400, "The body has other fields than " + new TreeSet<>(Set.of(known)));
        }
    }

    String text(String field, String what) {
        if (fields.get(field) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new Refusal(400, "'" + field + "' is " + what);
    }

    /** As {@link #text}, but it may be missing. */
    @Nullable
    String textOrNull(String field, String what) {
        return fields.containsKey(field) ? text(field, what) : null;
    }

    boolean yesOrNo(String field) {
        if (fields.get(field) instanceof Boolean bool) {
            return bool;
        }
        throw new Refusal(400, "'" + field + "' is true or false");
    }

    Share percentage(String field) {
        Object value = fields.get(field);
        if (value instanceof Long || value instanceof BigDecimal) {
            BigDecimal percent = new BigDecimal(value.toString());
            // Compared first: a number such as 1e999999999 is not to be written out.
            if (percent.signum() >= 0
                    && percent.compareTo(HUNDRED) <= 0
                    && percent.stripTrailingZeros().scale() <= 3) {
                return new Share(percent.movePointRight(3).intValueExact());
            }
        }
        throw new Refusal(400, "'" + field + "' is a number from 0 to 100 in steps of 0.001");
    }
}
