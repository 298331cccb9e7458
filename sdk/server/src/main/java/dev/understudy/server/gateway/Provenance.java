package dev.understudy.server.gateway;

import dev.understudy.chat.ChatResponse;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Where an answer came from, as headers of the answer. */
final class Provenance {

    private static final String PREFIX = "x-understudy-";
    private static final int LONGEST = 200;

    private Provenance() {}

    static Map<String, String> headers(String agent, ChatResponse response) {
        Map<String, String> headers = new LinkedHashMap<>();
        put(headers, "agent", agent);
        put(headers, "model", response.model());
        put(headers, "variant", response.variant().tag());
        put(headers, "degraded", String.valueOf(response.degraded()));
        response.degradedBecause().ifPresent(reason -> put(headers, "degraded-reason", reason.tag()));
        put(headers, "cache", response.provenance().cache().tag());
        put(headers, "attempts", String.valueOf(response.attempts()));
        put(
                headers,
                "latency-ms",
                String.format(Locale.ROOT, "%.1f", response.provenance().latencyNanos() / 1e6));
        put(headers, "cost", cost(response.cost()));
        String id = response.requestId();
        if (id != null) {
            put(headers, "request-id", id);
            headers.put("x-request-id", plain(id)); // where OpenAI's clients look for it
        }
        return headers;
    }

    private static String cost(double cost) {
        BigDecimal six = new BigDecimal(cost).round(new MathContext(6)).stripTrailingZeros();
        return six.toPlainString();
    }

    private static void put(Map<String, String> headers, String name, String value) {
        headers.put(PREFIX + name, plain(value));
    }

    /** A provider chose the id, and a person the names: neither may end the header, or begin another. */
    static String plain(String value) {
        StringBuilder plain = new StringBuilder(Math.min(value.length(), LONGEST));
        for (int i = 0; i < value.length() && i < LONGEST; i++) {
            char c = value.charAt(i);
            plain.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return plain.toString();
    }
}
