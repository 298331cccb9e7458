package dev.understudy.server.gateway;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    private static final Map<String, Entry> TABLE = Map.ofEntries(
            entry("n", number(1), "is 1 here: ask again for another answer"),
            entry("logprobs", is(false), "cannot be honoured: answers carry no log probabilities"),
            entry("top_logprobs", number(0), "cannot be honoured: answers carry no log probabilities"),
            entry("audio", never(), "cannot be honoured: answers are text"),
            entry("modalities", is(List.of("text")), "cannot be honoured: answers are text"),
            entry("prediction", never(), "cannot be honoured"),
            entry("web_search_options", never(), "cannot be honoured: models search nothing here"),
            entry("functions", empty(), "is the old way to offer functions; use 'tools'"),
            entry("function_call", never(), "is the old way to choose a function; use 'tool_choice'"),
            entry("store", is(false), "cannot be honoured: no answers are kept"),
            entry("metadata", empty(), "cannot be honoured: no answers are kept"),
            entry("frequency_penalty", number(0), BY_DEPLOYMENT),
            entry("presence_penalty", number(0), BY_DEPLOYMENT),
            entry("logit_bias", empty(), BY_DEPLOYMENT),
            entry("parallel_tool_calls", is(true), BY_DEPLOYMENT),
            entry("reasoning_effort", never(), BY_DEPLOYMENT),
            entry("verbosity", never(), BY_DEPLOYMENT),
            entry("service_tier", is("auto").or(is("default")), BY_DEPLOYMENT));

    private Unsupported() {}

    static Set<String> names() {
        return TABLE.keySet();
    }

    /** Takes them all. */
    static void refuse(Fields fields) {
        TABLE.forEach((name, entry) -> {
            Object value = fields.take(name);
            if (value != null && !entry.asksNothing.test(value)) {
                throw fields.unsupported(name, entry.why);
            }
        });
    }

    private static Map.Entry<String, Entry> entry(String name, Predicate<Object> asksNothing, String why) {
        return Map.entry(name, new Entry(asksNothing, why));
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
