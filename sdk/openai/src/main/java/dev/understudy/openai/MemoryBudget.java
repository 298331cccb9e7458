package dev.understudy.openai;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that large answers may take while they are read, all of them together: the heap belongs to the process, so
 * there is one budget for all clients. A cap for each answer alone would not hold, for sixty-four answers just below it
 * are a gigabyte. Small answers are not counted.
 */
final class MemoryBudget {

    /** Reading a text takes its characters twice over (2 bytes each) and its bytes twice, at worst. */
    private static final int HEAP_PER_BYTE = 4;
    /** Enough for one answer of the largest size, however small the heap. */
    private static final long LEAST_BYTES = Caps.BODY_BYTES * HEAP_PER_BYTE;

    /** A third of the heap: the rest is for the application, and for garbage not yet collected. */
    static final MemoryBudget OF_THE_PROCESS =
            new MemoryBudget(Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / 3));

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Reserves memory to read this many more bytes, or none at all. */
    boolean tryReserve(long bytes) {
        long heap = bytes * HEAP_PER_BYTE;
        if (used.addAndGet(heap) <= limit) {
            return true;
        }
        used.addAndGet(-heap);
        return false;
    }

    /** Gives back what was reserved for this many bytes. */
    void release(long bytes) {
        used.addAndGet(-bytes * HEAP_PER_BYTE);
    }

    /** Returns how much is reserved; 0 at rest. */
    long usedBytes() {
        return used.get();
    }
}
