package dev.understudy.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.ToolCall;
import dev.understudy.time.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An agent's stored answers and its upstream calls in flight; outlives the configuration that made it. Bounded by entries
 * and by weight; what is asked for rarely goes first (W-TinyLFU). Thread-safe; nothing in here blocks or runs on a thread
 * of its own.
 */
public final class ResponseCache {

    /** How far Caffeine's clock may be behind; see {@link #now()}. */
    private static final long LAG_NANOS = 10_000_000;

    private final Ticker ticker;
    private final Flights flights = new Flights();
    private final ReentrantLock reconfiguring = new ReentrantLock();
    private volatile long lately;
    private volatile Store store;

    /**
     * Makes an empty cache.
     *
     * @param settings what it may hold, and for how long
     * @param ticker the clock that answers age by
     */
    public ResponseCache(CacheSettings settings, Ticker ticker) {
        this.ticker = ticker;
        this.lately = ticker.nanoTime();
        this.store = Store.empty(settings, () -> lately);
    }

    /**
     * Goes on with other settings, which hold for what is already stored too: answers are as fresh as the new {@code ttl}
     * says, and where the new bounds are narrower the least used answers go. An answer that arrives in this moment may be
     * forgotten; calls in flight notice nothing.
     *
     * @param settings what it may hold from now on, and for how long
     */
    public void reconfigure(CacheSettings settings) {
        reconfiguring.lock();
        try {
            if (!settings.equals(store.settings)) {
                store = store.with(settings, () -> lately);
            }
        } finally {
            reconfiguring.unlock();
        }
    }

    /**
     * Counts the answers held, fresh or stale.
     *
     * @return the number of entries
     */
    public long entries() {
        Cache<CacheKey, Entry> entries = store.entries;
        now();
        entries.cleanUp();
        return entries.estimatedSize();
    }

    Flights flights() {
        return flights;
    }

    /** The answer stored under a key, if it is not older than {@code ttl}. */
    @Nullable
    ChatResponse fresh(CacheKey key) {
        Store current = store;
        long now = now();
        Entry entry = current.entries.getIfPresent(key);
        return entry != null && now - entry.storedAtNanos < current.ttlNanos ? entry.response : null;
    }

    /** Whether expired answers are kept for the time when no model answers. */
    boolean keepsStale() {
        return store.settings.staleIfError() != null;
    }

    /** The answer stored under a key, if it is not older than {@code ttl} and {@code stale_if_error} together. */
    @Nullable
    ChatResponse stale(CacheKey key) {
        Store current = store;
        long now = now();
        Entry entry = current.entries.getIfPresent(key);
        return entry != null && now - entry.storedAtNanos < current.retainedNanos ? entry.response : null;
    }

    void put(CacheKey key, ChatResponse response) {
        store.entries.put(key, new Entry(response.with(Provenance.NONE), now()));
    }

    /**
     * Reads the time, once for each look-up: Caffeine, which only frees memory by it, is told {@link #lately} instead. That
     * is written so seldom that threads do not take the cache line from each other.
     */
    private long now() {
        long now = ticker.nanoTime();
        if (now - lately > LAG_NANOS) {
            lately = now;
        }
        return now;
    }

    /** A stored answer; {@code toString} shows nothing of it. */
    private record Entry(ChatResponse response, long storedAtNanos) {

        /** An entry, its key, its response and the nodes that hold them, without any text. */
        static final int EMPTY_BYTES = 512;

        /** Bytes in memory, where all text is taken to need two bytes a character. */
        int weight() {
            long characters = response.text().length();
            for (ToolCall call : response.toolCalls()) {
                characters += (long) call.id().length()
                        + call.name().length()
                        + call.arguments().length();
            }
            return (int) Math.min(Integer.MAX_VALUE, EMPTY_BYTES + 2 * characters);
        }
    }

    /**
     * The entries under one configuration.
     *
     * <p>Caffeine knows one bound only, so entries are made to weigh at least their share {@code maxBytes / maxEntries}:
     * then the bound on the weight is the bound on the entries too. Both hold exactly; the price is that something is
     * evicted as soon as the two bounds are used up <em>together</em>: half the entries at their share and one that takes
     * half the bytes fill the cache.
     *
     * <p>Caffeine's expiry only frees memory; whether an answer may be served is read from its own age. It counts from up
     * to a second too early where a key is written twice in a row, and by a clock that is a little behind, so it gets {@link
     * #GRACE} on top.
     */
    private record Store(
            CacheSettings settings,
            long ttlNanos,
            long retainedNanos,
            long share,
            long capacity,
            Cache<CacheKey, Entry> entries) {

        private static final Duration GRACE = Duration.ofSeconds(2);

        static Store empty(CacheSettings settings, Ticker clock) {
            Duration stale = settings.staleIfError();
            Duration retained = stale == null ? settings.ttl() : settings.ttl().plus(stale);
            // No answer weighs more than an int: more bytes than this cannot be used.
            long bytes = Math.min(settings.maxBytes(), settings.maxEntries() * Integer.MAX_VALUE);
            long share = bytes / settings.maxEntries();
            // Rounded to whole shares, or one more entry would fit in; no entry weighs less than an empty one anyway.
            long capacity = share > Entry.EMPTY_BYTES ? share * settings.maxEntries() : bytes;
            Cache<CacheKey, Entry> entries = Caffeine.newBuilder()
                    .ticker(clock::nanoTime)
                    .executor(Runnable::run)
                    .expireAfterWrite(retained.plus(GRACE))
                    .maximumWeight(capacity)
                    .weigher((CacheKey key, Entry entry) -> weight(entry, share))
                    .build();
            return new Store(settings, settings.ttl().toNanos(), retained.toNanos(), share, capacity, entries);
        }

        Store with(CacheSettings changed, Ticker clock) {
            Store next = empty(changed, clock);
            if (changed.maxEntries() == settings.maxEntries() && changed.maxBytes() == settings.maxBytes()) {
                entries.policy()
                        .expireAfterWrite()
                        .orElseThrow()
                        .setExpiresAfter(next.retainedNanos + GRACE.toNanos(), TimeUnit.NANOSECONDS);
                return new Store(changed, next.ttlNanos, next.retainedNanos, share, capacity, entries);
            }
            // The hottest first, and no more than there is room for: Caffeine itself would keep those who come first.
            long room = next.capacity;
            for (Map.Entry<CacheKey, Entry> kept : entries.policy()
                    .eviction()
                    .orElseThrow()
                    .hottest(Integer.MAX_VALUE)
                    .entrySet()) {
                room -= weight(kept.getValue(), next.share);
                if (room < 0) {
                    break;
                }
                next.entries.put(kept.getKey(), kept.getValue());
            }
            return next;
        }

        private static int weight(Entry entry, long share) {
            return (int) Math.max(share, entry.weight());
        }
    }
}
