package dev.understudy.server.gateway;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The heap that requests and answers may take together while they are read, answered and written. What finds no room is
 * refused at once: waiting would only hold more. Thread-safe.
 */
final class Memory {

    /**
     * What a byte of a body may take besides itself: reading a text takes its characters (2 bytes each) and a copy or two of
     * them, and sending it on as many.
     */
    static final int PER_BODY_BYTE = 6;

    /** What a character of an answer takes. */
    static final int PER_CHARACTER = 2;

    /** Answers up to here, in characters, are not counted: their number is bounded, and so is what they take. */
    static final int SMALL_ANSWER = 64 << 10;

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /**
     * Makes a budget.
     *
     * @param limit most bytes of heap
     */
    Memory(long limit) {
        this.limit = limit;
    }

    /** A third of the heap: the rest is for the application, for answers being read, and for garbage not yet collected. */
    static Memory ofThisProcess() {
        return new Memory(Runtime.getRuntime().maxMemory() / 3);
    }

    /** The longest body that there is room for, if no other is there. */
    long longestBody() {
        return limit / PER_BODY_BYTE;
    }

    /** Takes room, if there is any. */
    boolean take(long bytes) {
        if (used.addAndGet(bytes) <= limit) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    /** How much is taken; 0 at rest. */
    long usedBytes() {
        return used.get();
    }
}
