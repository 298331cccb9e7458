package dev.understudy.rollout;

import dev.understudy.evidence.ChangeTest;
import java.util.concurrent.atomic.AtomicLong;

/** How bad the latest calls were. Thread-safe; a good call after good ones reads one word. */
final class Streak {

    /** The bits of ln max(M, 1): 0 as long as all is well. */
    private final AtomicLong bits = new AtomicLong();

    void count(ChangeTest test, boolean bad) {
        long before = bits.get();
        while (bad || before != 0) {
            long after = Double.doubleToLongBits(test.next(Double.longBitsToDouble(before), bad));
            if (bits.compareAndSet(before, after)) {
                return;
            }
            before = bits.get();
        }
    }

    double log() {
        return Double.longBitsToDouble(bits.get());
    }

    /** For what outlives the process. */
    long save() {
        return bits.get();
    }

    void restore(long saved) {
        double log = Double.longBitsToDouble(saved);
        if (!(log >= 0 && log < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The saved evidence has no meaning at its latest calls");
        }
        bits.set(saved);
    }
}
