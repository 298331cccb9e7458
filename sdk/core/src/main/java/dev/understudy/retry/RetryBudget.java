package dev.understudy.retry;

import dev.understudy.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many retries a model can bear: one for ten calls, and three a second besides, over any minute. When everything fails,
 * the upstream sees little more than the calls themselves; when little is asked, a retry is always there.
 *
 * <p>A token bucket (as in Finagle's {@code RetryBudget} and the retry throttling of gRPC, A6): a call puts in a tenth of
 * a token, a retry takes one, and the rest comes with time. It holds 30 tokens, ten seconds' worth, so that an hour of quiet
 * saves up no storm. What it holds at the start of a minute is part of that minute's 180: it fills with 2.5 a second.
 *
 * <p>One atomic word holds the level in tenths and the tick of 40 ms at which it was counted; a tick brings one tenth. The
 * level only grows between two retries, so it is enough to add what time brought when one is asked for: a call costs a
 * read while the bucket is full. Thread-safe, lock-free, allocates nothing.
 */
public final class RetryBudget {

    private static final int PER_RETRY = 10;
    private static final int FULL = 30 * PER_RETRY;
    /** 180 a minute, less the 30 that were there, are 2.5 a second: a tenth in 40 ms. */
    private static final long TICK_NANOS = 40_000_000;

    private static final int LEVEL_BITS = 16;
    private static final long LEVEL = (1L << LEVEL_BITS) - 1;

    private final Ticker ticker;
    private final long originNanos;
    private final AtomicLong word = new AtomicLong(FULL);

    /**
     * Starts full.
     *
     * @param ticker the clock
     */
    public RetryBudget(Ticker ticker) {
        this.ticker = ticker;
        this.originNanos = ticker.nanoTime();
    }

    /** Notes a call: ten of them allow a retry. */
    public void deposit() {
        long now = word.get();
        while ((now & LEVEL) < FULL && !word.compareAndSet(now, now + 1)) {
            now = word.get();
        }
    }

    /**
     * Takes a retry, if there is one.
     *
     * @return whether the model may be tried again
     */
    public boolean tryWithdraw() {
        while (true) {
            long now = word.get();
            // A thread that read its clock before another counted brings nothing, and takes nothing back.
            long tick = Math.max(now >>> LEVEL_BITS, (ticker.nanoTime() - originNanos) / TICK_NANOS);
            long level = Math.min(FULL, (now & LEVEL) + tick - (now >>> LEVEL_BITS));
            if (level < PER_RETRY) {
                return false;
            }
            if (word.compareAndSet(now, (tick << LEVEL_BITS) | (level - PER_RETRY))) {
                return true;
            }
        }
    }
}
