package dev.understudy.call;

import dev.understudy.chat.Sink;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries pieces of an answer from a worker to the thread that waits for it, so that a listener hears them on its caller's
 * thread. Bounded: a model that is faster than its listener waits.
 */
final class Pieces implements Sink {

    private static final int MOST = 64;
    /** Stands for what is no text. */
    private static final String PROGRESS = "";

    private final ArrayBlockingQueue<String> queue = new ArrayBlockingQueue<>(MOST);
    private final Deadline deadline;
    private final Waiting waiting;
    private final Thread caller;
    private volatile boolean left;
    private volatile @Nullable Thread full;

    /** Carries to the calling thread. */
    Pieces(Deadline deadline, Waiting waiting) {
        this.deadline = deadline;
        this.waiting = waiting;
        this.caller = Thread.currentThread();
    }

    @Override
    public void text(String piece) {
        if (!piece.isEmpty()) {
            put(piece);
        }
    }

    @Override
    public void progress() {
        put(PROGRESS);
    }

    private void put(String piece) {
        full = Thread.currentThread();
        try {
            while (left || !queue.offer(piece)) {
                long remaining = deadline.remainingNanos();
                if (left || remaining <= 0 || Thread.currentThread().isInterrupted()) {
                    throw FailureKind.CANCELLED.exception("Nobody waits for the answer any more", Origin.NONE, null);
                }
                waiting.park(this, remaining);
            }
        } finally {
            full = null;
        }
        waiting.unpark(caller);
    }

    /** Hands over what has come; on the caller's thread. */
    void drainTo(Delivery delivery) {
        for (String piece = queue.poll(); piece != null; piece = queue.poll()) {
            Thread worker = full;
            if (worker != null) {
                waiting.unpark(worker);
            }
            if (piece.isEmpty()) {
                delivery.progress();
            } else {
                delivery.text(piece);
            }
        }
    }

    /** Lets the worker know that nobody drains any more; it is woken by whoever interrupts it. */
    void leave() {
        left = true;
    }

    @Override
    public String toString() {
        return "a listener that is slower than the model";
    }
}
