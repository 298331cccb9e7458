package dev.understudy.openai;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.RecyclerPool;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Jackson's buffers between two uses. Its own pools are bound to threads, or one lock, or without bound; this is a row of
 * places with a lock-free exchange each, where a thread looks at a few beginning with its own. What finds no place is
 * garbage. Buffers are out only while JSON is written or read, so a few places serve many calls.
 */
final class Recyclers implements RecyclerPool<BufferRecycler> {

    private static final long serialVersionUID = 1L;

    private static final int PLACES = 32;
    private static final int LOOKED_AT = 4;
    /** References are 4 bytes, a cache line is 64. */
    private static final int STRIDE = 16;

    private final transient AtomicReferenceArray<@Nullable BufferRecycler> places =
            new AtomicReferenceArray<>(PLACES * STRIDE);

    @Override
    public BufferRecycler acquirePooled() {
        int start = start();
        for (int i = 0; i < LOOKED_AT; i++) {
            int place = place(start, i);
            if (places.getPlain(place) != null) {
                BufferRecycler found = places.getAndSet(place, null);
                if (found != null) {
                    return found;
                }
            }
        }
        return new BufferRecycler();
    }

    @Override
    public void releasePooled(BufferRecycler pooled) {
        int start = start();
        for (int i = 0; i < LOOKED_AT; i++) {
            int place = place(start, i);
            if (places.getPlain(place) == null && places.compareAndSet(place, null, pooled)) {
                return;
            }
        }
    }

    @SuppressWarnings("deprecation") // threadId() is not in Java 17.
    private static int start() {
        return (int) Thread.currentThread().getId();
    }

    private static int place(int start, int i) {
        return ((start + i) & (PLACES - 1)) * STRIDE;
    }
}
