package dev.understudy.server.http;

import dev.understudy.server.http.Visit.Phase;
import dev.understudy.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;

/** Lets an answer flow: its time for writing runs while it writes, and not while it waits for something to say. */
final class FlowingStream extends OutputStream {

    private final OutputStream out;
    private final Visit visit;
    private final Ticker ticker;

    FlowingStream(OutputStream out, Visit visit, Ticker ticker) {
        this.out = out;
        this.visit = visit;
        this.ticker = ticker;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        visit.enter(Phase.WRITE, ticker.nanoTime());
        out.write(bytes, from, length);
        visit.enter(Phase.ROUTE, ticker.nanoTime());
    }

    @Override
    public void flush() throws IOException {
        visit.enter(Phase.WRITE, ticker.nanoTime());
        out.flush();
        visit.enter(Phase.ROUTE, ticker.nanoTime());
    }

    @Override
    public void close() throws IOException {
        flush(); // the listener says when the answer is over
    }
}
