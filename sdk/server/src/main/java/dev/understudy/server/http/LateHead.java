package dev.understudy.server.http;

import com.sun.net.httpserver.HttpExchange;
import dev.understudy.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/** The head of an answer, sent when its time has come. */
final class LateHead implements Answer.Head {

    private final HttpExchange exchange;
    private final Answer.Late answer;
    private final Visit visit;
    private final Ticker ticker;

    private boolean sent;

    LateHead(HttpExchange exchange, Answer.Late answer, Visit visit, Ticker ticker) {
        this.exchange = exchange;
        this.answer = answer;
        this.visit = visit;
        this.ticker = ticker;
    }

    boolean isSent() {
        return sent;
    }

    @Override
    public OutputStream send(Map<String, String> more) throws IOException {
        if (sent) {
            throw new IllegalStateException("An answer has one head");
        }
        sent = true;
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        more.forEach(exchange.getResponseHeaders()::set);
        visit.enter(Visit.Phase.WRITE, ticker.nanoTime());
        exchange.sendResponseHeaders(answer.status(), 0);
        visit.enter(Visit.Phase.ROUTE, ticker.nanoTime());
        return new FlowingStream(exchange.getResponseBody(), visit, ticker);
    }
}
