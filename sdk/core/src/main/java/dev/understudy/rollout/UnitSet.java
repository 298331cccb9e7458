package dev.understudy.rollout;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The first few thousand units that came by, as 32-bit hashes; a unit that was seen costs a read or two. Open addressing with
 * linear probing, three quarters full at most, and nothing is ever removed. Thread-safe and lock-free.
 */
final class UnitSet {

    /** How many units there is room for. */
    static final int LIMIT = 6_144;

    private static final int BITS = 13;
    private static final int MASK = (1 << BITS) - 1;

    private final AtomicIntegerArray cells = new AtomicIntegerArray(1 << BITS);
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean full;

    /** Says whether nothing is added any more. */
    boolean isFull() {
        return full;
    }

    /** Adds a unit; returns whether it was not there and there was room. */
    boolean add(int unit) {
        if (full) {
            return false;
        }
        int kept = unit == 0 ? 1 : unit; // 0 is an empty cell; two units in four thousand million share a place
        // Not the upper bits as they are: those decide the arm, and at 1 % the candidate's units would be neighbours.
        int at = (kept * 0x9E3779B9) >>> (Integer.SIZE - BITS);
        while (true) {
            int found = cells.get(at);
            if (found == kept) {
                return false;
            }
            if (found == 0) {
                if (cells.compareAndSet(at, 0, kept)) {
                    return hasRoom();
                }
            } else {
                at = (at + 1) & MASK;
            }
        }
    }

    /** The one who takes the last place closes the door; a few who are inside already find a cell, but are not counted. */
    private boolean hasRoom() {
        int now = size.incrementAndGet();
        if (now >= LIMIT) {
            full = true;
        }
        return now <= LIMIT;
    }
}
