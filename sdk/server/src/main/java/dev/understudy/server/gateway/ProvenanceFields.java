package dev.understudy.server.gateway;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Provenance;
import dev.understudy.error.FailureKind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where an answer came from, as headers of the answer, or in the last chunk of one that flowed. */
final class ProvenanceFields {

    private static final String PREFIX = "x-understudy-";
    private static final int LONGEST = 200;

    private ProvenanceFields() {}

    /** All of it, when the answer is there. */
    static Map<String, String> headers(String agent, ChatResponse response) {
        Map<String, String> headers = headersSoFar(agent, response.provenance());
        put(headers, "latency-ms", milliseconds(response.provenance()).toPlainString());
        put(headers, "cost", number(response.cost()).toPlainString());
        String id = response.requestId();
        if (id != null) {
            put(headers, "request-id", id);
            headers.put("x-request-id", plain(id)); // where OpenAI's clients look for it
        }
        return headers;
    }

    /** What is known when an answer begins. */
    static Map<String, String> headersSoFar(String agent, Provenance provenance) {
        Map<String, String> headers = new LinkedHashMap<>();
        FailureKind degradedBecause = provenance.degradedBecause();
        put(headers, "agent", agent);
        put(headers, "model", provenance.model());
        put(headers, "variant", provenance.variant().tag());
        put(headers, "degraded", String.valueOf(degradedBecause != null));
        if (degradedBecause != null) {
            put(headers, "degraded-reason", degradedBecause.tag());
        }
        put(headers, "cache", provenance.cache().tag());
        put(headers, "attempts", String.valueOf(provenance.attempts()));
        return headers;
    }

    /** All of it, as JSON. */
    static Map<String, @Nullable Object> fields(ChatResponse response) {
        Provenance provenance = response.provenance();
        FailureKind degradedBecause = provenance.degradedBecause();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("model", provenance.model());
        fields.put("variant", provenance.variant().tag());
        fields.put("degraded", degradedBecause != null);
        fields.put("degraded_reason", degradedBecause == null ? null : degradedBecause.tag());
        fields.put("cache", provenance.cache().tag());
        fields.put("attempts", provenance.attempts());
        fields.put("latency_ms", milliseconds(provenance));
        fields.put("cost", number(provenance.cost()));
        fields.put("request_id", response.requestId());
        return fields;
    }

    private static BigDecimal milliseconds(Provenance provenance) {
        return BigDecimal.valueOf(provenance.latencyNanos(), 6).setScale(1, RoundingMode.HALF_UP);
    }

    /** Six digits that count, and no exponent: costs are small. */
    private static BigDecimal number(double value) {
        BigDecimal six = BigDecimal.valueOf(value).round(new MathContext(6)).stripTrailingZeros();
        return six.scale() < 0 ? six.setScale(0) : six;
    }

    private static void put(Map<String, String> headers, String name, String value) {
        headers.put(PREFIX + name, plain(value));
    }

    /** A provider chose the id, and a person the names: neither may end the header, or begin another. */
    private static String plain(String value) {
        StringBuilder plain = new StringBuilder(Math.min(value.length(), LONGEST));
        for (int i = 0; i < value.length() && i < LONGEST; i++) {
            char c = value.charAt(i);
            plain.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return plain.toString();
    }
}
