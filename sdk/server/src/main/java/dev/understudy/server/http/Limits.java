package dev.understudy.server.http;

import dev.understudy.error.Bounds;
import java.time.Duration;

/**
 * How long a listener waits for whoever is at the other end, and how much it does at once.
 *
 * @param head for the request line and the headers, from their first byte on
 * @param body for the whole body
 * @param write for an answer to be taken; for one that flows, for each piece of it
 * @param visits how many requests are answered at the same time; the next get 503
 * @param bodyBytes how much memory the bodies of all these requests may take together
 */
public record Limits(Duration head, Duration body, Duration write, int visits, long bodyBytes) {

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Head 10 s, body 30 s, write 30 s, 256 requests, and an eighth of the heap, 64 MiB at most. */
    public static final Limits DEFAULT = new Limits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            256,
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8));

    /** Checks that something is allowed. */
    public Limits {
        Bounds.check("head", head, SHORTEST, LONGEST);
        Bounds.check("body", body, SHORTEST, LONGEST);
        Bounds.check("write", write, SHORTEST, LONGEST);
        if (visits < 1 || bodyBytes < 1) {
            throw new IllegalArgumentException("visits and bodyBytes are at least 1");
        }
    }
}
