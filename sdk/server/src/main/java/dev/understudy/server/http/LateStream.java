package dev.understudy.server.http;

import com.sun.net.httpserver.HttpExchange;
import dev.understudy.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Sends an answer's head with the first byte that is written to it. */
final class LateStream extends OutputStream {

    private final HttpExchange exchange;
    private final Answer.Late answer;
    private final Visit visit;
    private final Ticker ticker;

    private @Nullable FlowingStream out;

    LateStream(HttpExchange exchange, Answer.Late answer, Visit visit, Ticker ticker) {
        this.exchange = exchange;
        this.answer = answer;
        this.visit = visit;
        this.ticker = ticker;
    }

    boolean hasBegun() {
        return out != null;
    }

    private FlowingStream begin() throws IOException {
        if (out == null) {
            visit.enter(Visit.Phase.WRITE, ticker.nanoTime());
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            out = new FlowingStream(exchange.getResponseBody(), visit, ticker);
            exchange.sendResponseHeaders(answer.status(), 0);
        }
        return out;
    }

    @Override
    public void write(int b) throws IOException {
        begin().write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        begin().write(bytes, from, length);
    }

    @Override
    public void flush() throws IOException {
        begin().flush();
    }

    @Override
    public void close() throws IOException {
        flush(); // the listener says when the answer is over
    }
}
