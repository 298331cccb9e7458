package dev.understudy.server.console;

import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Json;
import dev.understudy.server.http.Refusal;
import dev.understudy.time.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells pages what is new, as server-sent events: {@code state} and {@code trails} when they have changed, {@code beat} where
 * nothing has for a while. Each listener has a thread of its own, which the server ends when it closes, or when what is written
 * is not taken in time: so nobody waits for a slow reader. Thread-safe.
 */
final class EventStream {

    /** How many may listen at the same time. */
    static final int MOST = 16;

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** How long a page waits before it tries again, in milliseconds. */
    private static final String RETRY = "retry: 2000\n\n";

    private final Live live;
    private final Ticker ticker;
    private final AtomicInteger listeners = new AtomicInteger();

    EventStream(Live live, Ticker ticker) {
        this.live = live;
        this.ticker = ticker;
    }

    Answer answer() {
        if (listeners.get() >= MOST) {
            throw new Refusal(
                    503,
                    MOST
                            + " pages listen already; close one, or ask /console/state, which is the same without being told");
        }
        return new Answer.Flowing(
                200,
                Map.of("Content-Type", "text/event-stream; charset=utf-8", "Cache-Control", "no-store"),
                this::tell);
    }

    /** How many listen now. */
    int listeners() {
        return listeners.get();
    }

    private void tell(OutputStream out) throws IOException {
        try {
            if (listeners.incrementAndGet() > MOST) {
                return; // it came at the same time as another; the page tries again
            }
            out.write(RETRY.getBytes(StandardCharsets.UTF_8));
            tellNews(out);
        } finally {
            listeners.decrementAndGet();
        }
    }

    private void tellNews(OutputStream out) throws IOException {
        long state = 0;
        long trails = 0;
        long spokenNanos = ticker.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            Live.Frame frame = live.now();
            boolean spoken = false;
            if (frame.number() != state) {
                state = frame.number();
                event(out, "state", frame.state());
                spoken = true;
            }
            if (frame.trailsNumber() != trails) {
                trails = frame.trailsNumber();
                event(out, "trails", frame.trails());
                spoken = true;
            }
            long now = ticker.nanoTime();
            if (!spoken && now - spokenNanos >= BEAT_NANOS) {
                event(out, "beat", Json.write(Map.of("at", frame.at())));
                spoken = true;
            }
            if (spoken) {
                spokenNanos = now;
                out.flush();
            }
            LockSupport.parkNanos(this, EVERY_NANOS);
        }
    }

    /** JSON has no line ends of its own, so that each event is one line of data. */
    private static void event(OutputStream out, String name, byte[] json) throws IOException {
        out.write(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.write(json);
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
    }
}
