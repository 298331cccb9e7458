package dev.understudy.server.console;

import dev.understudy.server.http.Json;
import dev.understudy.time.Ticker;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What every listener is told, computed once for all of them, about once a second, and only while somebody asks. Thread-safe.
 */
final class Live {

    /** A little less than a second: whoever looks every second finds it anew. */
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

    /** As often as a timeline gets a new point. */
    private static final long TRAILS_NANOS = TimeUnit.MILLISECONDS.toNanos(4_900);

    /**
     * What was known at one moment.
     *
     * @param at when
     * @param number grows with each state that is not the one before
     * @param state the agents
     * @param trailsNumber grows with each set of timelines that is not the one before
     * @param trails their last hour
     */
    record Frame(Instant at, long number, byte[] state, long trailsNumber, byte[] trails) {}

    private final Overview overview;
    private final Ticker ticker;
    private final InstantSource wall;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock
    private @Nullable Frame latest;
    private long lookedNanos;
    private long trailsNanos;
    /** The latest state without its time, and when something was last decided about each agent. */
    private byte[] plain = {};

    private List<Instant> decisions = List.of();

    Live(Overview overview, Ticker ticker, InstantSource wall) {
        this.overview = overview;
        this.ticker = ticker;
        this.wall = wall;
    }

    /** What is known now, or was a moment ago. Whoever comes while another computes it waits for that. */
    Frame now() {
        lock.lock();
        try {
            Frame last = latest;
            long now = ticker.nanoTime();
            if (last != null && now - lookedNanos < FRESH_NANOS) {
                return last;
            }
            Frame next = look(last, now);
            lookedNanos = now;
            latest = next;
            return next;
        } finally {
            lock.unlock();
        }
    }

    private Frame look(@Nullable Frame last, long now) {
        Instant at = wall.instant();
        Overview.State seen = overview.state(at);
        byte[] bytes = Json.write(seen.tree());
        boolean changed = last == null || !Arrays.equals(bytes, plain);
        plain = bytes;
        byte[] state = last == null || changed ? Json.write(seen.treeAt(at)) : last.state();
        long number = last == null ? 1 : last.number() + (changed ? 1 : 0);
        boolean decided = !seen.decided().equals(decisions);
        decisions = seen.decided();
        if (last != null && !decided && now - trailsNanos < TRAILS_NANOS) {
            return new Frame(at, number, state, last.trailsNumber(), last.trails());
        }
        trailsNanos = now;
        byte[] trails = Json.write(overview.trails());
        boolean moved = last == null || !Arrays.equals(trails, last.trails());
        long trailsNumber = last == null ? 1 : last.trailsNumber() + (moved ? 1 : 0);
        return new Frame(at, number, state, trailsNumber, trails);
    }
}
