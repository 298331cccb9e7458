package dev.understudy.server.gateway;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What OpenAI's format knows and a call here cannot carry: refused by name, unless its value asks for nothing. */
final class Unsupported {

    /**
     * A parameter that cannot be honoured.
     *
     * @param asksNothing whether a value is the format's default, and may be sent all the same
     * @param why what to do instead, as the rest of a sentence
     */
    private record Entry(Predicate<Object> asksNothing, String why) {}

    private static final String BY_DEPLOYMENT =
            "cannot be set for each request; the operator sets it under 'extra' of a deployment";

    private static final Map<String, Entry> TABLE = new LinkedHashMap<>();

    static {
        TABLE.put("n", new Entry(number(1), "is 1 here: ask again for another answer"));
        TABLE.put("logprobs", new Entry(is(false), "cannot be honoured: answers carry no log probabilities"));
        TABLE.put("top_logprobs", new Entry(number(0), "cannot be honoured: answers carry no log probabilities"));
        TABLE.put("audio", new Entry(never(), "cannot be honoured: answers are text"));
        TABLE.put("modalities", new Entry(is(List.of("text")), "cannot be honoured: answers are text"));
        TABLE.put("prediction", new Entry(never(), "cannot be honoured"));
        TABLE.put("web_search_options", new Entry(never(), "cannot be honoured: models search nothing here"));
        TABLE.put("functions", new Entry(empty(), "is the old way to offer functions; use 'tools'"));
        TABLE.put("function_call", new Entry(never(), "is the old way to choose a function; use 'tool_choice'"));
        TABLE.put("store", new Entry(is(false), "cannot be honoured: no answers are kept"));
        TABLE.put("metadata", new Entry(empty(), "cannot be honoured: no answers are kept"));
        TABLE.put("frequency_penalty", new Entry(number(0), BY_DEPLOYMENT));
        TABLE.put("presence_penalty", new Entry(number(0), BY_DEPLOYMENT));
        TABLE.put("logit_bias", new Entry(empty(), BY_DEPLOYMENT));
        TABLE.put("parallel_tool_calls", new Entry(is(true), BY_DEPLOYMENT));
        TABLE.put("reasoning_effort", new Entry(never(), BY_DEPLOYMENT));
        TABLE.put("verbosity", new Entry(never(), BY_DEPLOYMENT));
        TABLE.put("service_tier", new Entry(is("auto").or(is("default")), BY_DEPLOYMENT));
    }

    private Unsupported() {}

    /** Takes them all. */
    static void refuse(Fields fields) {
        TABLE.forEach((name, entry) -> {
            Object value = fields.take(name);
            if (value != null && !entry.asksNothing.test(value)) {
                throw fields.unsupported(name, entry.why);
            }
        });
    }

    private static Predicate<Object> never() {
        return value -> false;
    }

    private static Predicate<Object> is(Object harmless) {
        return harmless::equals;
    }

    private static Predicate<Object> number(int harmless) {
        return value -> value instanceof Long integer && integer == harmless
                || value instanceof BigDecimal decimal && decimal.compareTo(BigDecimal.valueOf(harmless)) == 0;
    }

    private static Predicate<Object> empty() {
        return value -> value instanceof List<?> list && list.isEmpty()
                || value instanceof Map<?, @Nullable ?> map && map.isEmpty();
    }
}
