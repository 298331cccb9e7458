package dev.understudy.openai;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that responses may take while they are read, all of them together: the heap belongs to the process, so there
 * is one budget for all clients. A cap for each response alone would not hold, for sixty-four of them just below it are a
 * gigabyte. Small responses are not counted.
 */
final class MemoryBudget {

    /** Reading a text takes its characters twice over (2 bytes each) and its bytes twice, at worst. */
    static final int HEAP_PER_BODY_BYTE = 4;
    /** A header of one letter takes three bytes on the wire, and a string and its place in some lists in memory. */
    static final int HEAP_PER_HEADER_BYTE = 32;

    /** Up to here a response is not counted, and beyond it in steps of this size. */
    static final long STEP_BYTES = 256L << 10;

    /** Enough for one answer of the largest size, however small the heap. */
    private static final long LEAST_BYTES = Caps.BODY_BYTES * HEAP_PER_BODY_BYTE;

    /** A third of the heap: the rest is for the application, and for garbage not yet collected. */
    static final MemoryBudget OF_THE_PROCESS =
            new MemoryBudget(Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / 3));

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /**
     * Makes a budget.
     *
     * @param limit most bytes of heap
     */
    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Returns how much is taken; 0 at rest. */
    long usedBytes() {
        return used.get();
    }

    /** What one response has taken of the budget. Used by one thread. */
    final class Ration {
        private long taken;

        /**
         * Makes sure that there is memory.
         *
         * @param heapBytes what the response takes, up to now
         * @throws TooLarge if the budget is spent
         */
        void atLeast(long heapBytes) throws TooLarge {
            while (heapBytes - taken > STEP_BYTES) {
                if (used.addAndGet(STEP_BYTES) > limit) {
                    used.addAndGet(-STEP_BYTES);
                    throw new TooLarge("larger than the memory that is left for responses");
                }
                taken += STEP_BYTES;
            }
        }

        /** Gives everything back. Idempotent. */
        void release() {
            if (taken > 0) {
                used.addAndGet(-taken);
                taken = 0;
            }
        }
    }
}
