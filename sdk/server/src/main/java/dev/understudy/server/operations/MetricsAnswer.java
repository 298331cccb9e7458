package dev.understudy.server.operations;

import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Request;
import dev.understudy.server.http.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What Prometheus scrapes: its text, or OpenMetrics for who asks for it. */
final class MetricsAnswer implements Route {

    static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final UnaryOperator<String> scrape;

    MetricsAnswer(UnaryOperator<String> scrape) {
        this.scrape = scrape;
    }

    @Override
    public Answer answer(Request request) {
        String type =
                request.headers().getOrDefault("accept", List.of()).stream().anyMatch(MetricsAnswer::wantsMore)
                        ? OPEN_METRICS
                        : TEXT;
        return new Answer.Whole(
                200, Map.of("Content-Type", type), scrape.apply(type).getBytes(StandardCharsets.UTF_8));
    }

    /** Whoever names it understands it, and then prefers it. */
    private static boolean wantsMore(String accept) {
        return accept.toLowerCase(Locale.ROOT).contains("application/openmetrics-text");
    }
}
