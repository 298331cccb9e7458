package dev.understudy.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the cache holds, how long, and what a reload does to it. */
class ResponseCacheTest {

    private static final Duration TTL = Duration.ofMinutes(5);

    private final AtomicLong now = new AtomicLong();

    @ParameterizedTest
    @CsvSource({"1, 1073741824", "2, 17179869184", "10, 65536", "999, 67108864", "100, 51201", "100, 102399"})
    void holdsExactlyAsManySmallAnswersAsItMay(long maxEntries, long maxBytes) {
        ResponseCache cache = cache(settings(maxEntries, maxBytes));
        for (int i = 0; i < 2 * maxEntries + 10; i++) {
            cache.put(key(i), ChatResponse.of(""));
            assertThat(cache.entries()).isEqualTo(Math.min(i + 1, maxEntries));
        }
    }

    @Test
    @Rule("R29")
    void neverHoldsMoreTextThanItMay() {
        long maxBytes = 1 << 20;
        ResponseCache cache = cache(settings(10_000_000, maxBytes));
        for (int i = 0; i < 1_000; i++) {
            cache.put(key(i), ChatResponse.of("x".repeat(10_000)));
            assertThat(cache.entries() * 20_000).isLessThanOrEqualTo(maxBytes);
        }
        assertThat(cache.entries()).isEqualTo(maxBytes / 20_512);
    }

    @Test
    @Rule("R29")
    void countsToolCallsToo() {
        ResponseCache cache = cache(settings(1_000, 1 << 16));
        ToolCall big = new ToolCall("1", "lookup", "x".repeat(10_000));
        for (int i = 0; i < 10; i++) {
            cache.put(
                    key(i),
                    new ChatResponse("", List.of(big), FinishReason.TOOL_CALLS, Usage.NONE, null, Provenance.NONE));
        }
        assertThat(cache.entries()).isEqualTo(3);
    }

    @Test
    void anAnswerLargerThanTheWholeCacheIsNotHeldAndDisplacesNothing() {
        ResponseCache cache = cache(settings(10, 1 << 16));
        cache.put(key(1), ChatResponse.of("small"));
        cache.put(key(2), ChatResponse.of("x".repeat(40_000)));
        assertThat(cache.fresh(key(2))).isNull();
        assertThat(cache.fresh(key(1))).isNotNull();
    }

    @Test
    void expiredAnswersAreForgotten() {
        ResponseCache cache = cache(settings(10, 1 << 16));
        cache.put(key(1), ChatResponse.of("answer"));
        now.addAndGet(TTL.plusSeconds(3).toNanos());
        assertThat(cache.entries()).isZero();
    }

    @Test
    void anAnswerWrittenTwiceInARowLivesItsWholeTtl() {
        ResponseCache cache = cache(settings(10, 1 << 16));
        cache.put(key(1), ChatResponse.of("first"));
        now.addAndGet(Duration.ofMillis(900).toNanos());
        cache.put(key(1), ChatResponse.of("second"));
        now.addAndGet(TTL.minusNanos(1).toNanos());
        assertThat(cache.fresh(key(1))).isEqualTo(ChatResponse.of("second"));
    }

    @Test
    void staleAnswersAreKeptAsLongAsTheyMayBeServed() {
        ResponseCache cache = cache(new CacheSettings(TTL, 10, 1 << 16, Duration.ofHours(1)));
        cache.put(key(1), ChatResponse.of("answer"));
        now.addAndGet(TTL.toNanos());
        assertThat(cache.fresh(key(1))).isNull();
        now.addAndGet(Duration.ofHours(1).minusNanos(1).toNanos());
        assertThat(cache.stale(key(1))).isNotNull();
        now.addAndGet(1);
        assertThat(cache.stale(key(1))).isNull();
    }

    @Test
    void theLongestSettingsDoNotOverflow() {
        ResponseCache cache = cache(new CacheSettings(Duration.ofDays(30), 10_000_000, 16L << 30, Duration.ofDays(30)));
        cache.put(key(1), ChatResponse.of("answer"));
        now.addAndGet(Duration.ofDays(30).minusNanos(1).toNanos());
        assertThat(cache.fresh(key(1))).isNotNull();
    }

    // Reload
    // -------------------------------------------------------------------------------------------------------------

    @Test
    void aReloadKeepsWhatIsStored() {
        ResponseCache cache = cache(settings(10, 1 << 16));
        fill(cache, 10);
        cache.reconfigure(settings(10, 1 << 16));
        cache.reconfigure(settings(1_000, 1 << 20));
        cache.reconfigure(new CacheSettings(Duration.ofHours(1), 1_000, 1 << 20, Duration.ofHours(1)));
        assertThat(IntStream.range(0, 10)).allMatch(i -> cache.fresh(key(i)) != null);
    }

    @Test
    void aShorterTtlHoldsForWhatIsStoredToo() {
        ResponseCache cache = cache(settings(10, 1 << 16));
        fill(cache, 1);
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        cache.reconfigure(new CacheSettings(Duration.ofMinutes(1), 10, 1 << 16, null));
        assertThat(cache.fresh(key(0))).isNull();
    }

    @Test
    void aLongerTtlHoldsForWhatIsStoredToo() {
        ResponseCache cache = cache(settings(10, 1 << 16));
        fill(cache, 1);
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        cache.reconfigure(new CacheSettings(Duration.ofHours(1), 10, 1 << 16, null));
        now.addAndGet(Duration.ofMinutes(58).toNanos());
        assertThat(cache.fresh(key(0))).isNotNull();
    }

    @Test
    void narrowerBoundsKeepWhatIsAskedForMost() {
        ResponseCache cache = cache(settings(100, 1 << 20));
        fill(cache, 100);
        for (int i = 0; i < 20; i++) {
            assertThat(cache.fresh(key(77))).isNotNull();
        }
        cache.reconfigure(settings(10, 1 << 20));
        assertThat(cache.entries()).isEqualTo(10);
        assertThat(cache.fresh(key(77))).isNotNull();
        cache.put(key(1_000), ChatResponse.of(""));
        assertThat(cache.entries()).isEqualTo(10);
    }

    @Test
    void whatMovesToNewBoundsDoesNotGetYounger() {
        ResponseCache cache = cache(settings(10, 1 << 16));
        fill(cache, 1);
        now.addAndGet(TTL.minusNanos(1).toNanos());
        cache.reconfigure(settings(20, 1 << 16));
        assertThat(cache.fresh(key(0))).isNotNull();
        now.addAndGet(1);
        assertThat(cache.fresh(key(0))).isNull();
    }

    private ResponseCache cache(CacheSettings settings) {
        return new ResponseCache(settings, now::get);
    }

    private static CacheSettings settings(long maxEntries, long maxBytes) {
        return new CacheSettings(TTL, maxEntries, maxBytes, null);
    }

    private static void fill(ResponseCache cache, int count) {
        for (int i = 0; i < count; i++) {
            cache.put(key(i), ChatResponse.of("answer " + i));
        }
    }

    private static CacheKey key(int i) {
        return new CacheKey(i * 0x9E3779B97F4A7C15L, i, i, i);
    }
}
