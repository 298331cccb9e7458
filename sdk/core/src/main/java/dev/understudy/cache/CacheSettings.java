package dev.understudy.cache;

import dev.understudy.error.Bounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an agent's cache may hold, and for how long. Immutable.
 *
 * @param ttl how long an answer is served; 1 ms to 30 days; default 5 min
 * @param maxEntries most answers held; 1 to 10,000,000; default 1,000
 * @param maxBytes most memory that the answers held may take, roughly; 1 KiB to 16 GiB; default 64 MiB
 * @param staleIfError how long beyond {@code ttl} an answer may be served when candidate and baseline are both down, up to
 *     30 days; null, the default, never serves a stale answer
 */
public record CacheSettings(
        Duration ttl,
        long maxEntries,
        long maxBytes,
        @Nullable Duration staleIfError) {

    /** What holds for an agent that caches, unless the configuration says otherwise. */
    public static final CacheSettings DEFAULT = new CacheSettings(Duration.ofMinutes(5), 1000, 64L << 20, null);

    /** Checks the bounds. */
    public CacheSettings {
        Bounds.check("cache.ttl", ttl, Duration.ofMillis(1), Duration.ofDays(30));
        Bounds.check("cache.max_entries", maxEntries, 1, 10_000_000);
        Bounds.check("cache.max_bytes", maxBytes, 1 << 10, 16L << 30);
        if (staleIfError != null) {
            Bounds.check("cache.stale_if_error", staleIfError, Duration.ofMillis(1), Duration.ofDays(30));
        }
    }
}
