package dev.understudy.call;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A foreign model at work on a worker, while its caller waits no longer than the deadline. When the caller leaves, the
 * worker is interrupted, and whoever holds a permit for the work hears when it is really over.
 */
final class WorkerTask implements Runnable, Work {

    private final ChatModel upstream;
    private final ChatRequest request;
    private final Deadline deadline;
    private final Waiting waiting;
    private final Thread caller = Thread.currentThread();
    private final BooleanSupplier mayBegin;
    private final @Nullable Delivery delivery;
    private final @Nullable Pieces pieces;

    /** Guards the four fields below, so that an interrupt never hits what the worker does next. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Thread worker;
    private boolean begun;
    private boolean left;
    private final List<Runnable> whenOver = new ArrayList<>(1);

    private @Nullable ChatResponse response;
    private @Nullable Throwable failure;
    /** Why nobody wants to hear the rest; the caller's own. */
    private @Nullable ChatException stopped;

    /** Written last: who sees it sees the two above. */
    private volatile boolean over;

    /** @param mayBegin asked once, on the worker, when all else is ready */
    WorkerTask(
            ChatModel upstream,
            ChatRequest request,
            Deadline deadline,
            Waiting waiting,
            BooleanSupplier mayBegin,
            @Nullable Delivery delivery) {
        this.upstream = upstream;
        this.request = request;
        this.deadline = deadline;
        this.waiting = waiting;
        this.mayBegin = mayBegin;
        this.delivery = delivery;
        this.pieces = delivery == null ? null : new Pieces(deadline, waiting);
    }

    @Override
    public void run() {
        if (begin()) {
            try {
                response =
                        pieces == null ? upstream.chat(request, deadline) : upstream.stream(request, deadline, pieces);
            } catch (Throwable thrown) { // handed to the caller
                failure = thrown;
            }
        }
        end();
    }

    /** Returns false where nobody waits for the work any more before it began: then it does not begin. */
    private boolean begin() {
        lock.lock();
        try {
            begun = !left && !deadline.isOver() && mayBegin.getAsBoolean();
            worker = begun ? Thread.currentThread() : null;
            return begun;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        List<Runnable> actions;
        lock.lock();
        try {
            worker = null;
            if (left) {
                // Our interrupt may have come after the model looked for one; the pool's next task must not see it.
                boolean ignored = Thread.interrupted();
            }
            over = true;
            actions = List.copyOf(whenOver);
        } finally {
            lock.unlock();
        }
        waiting.unpark(caller);
        actions.forEach(Runnable::run);
    }

    /**
     * Waits on the caller's thread; leaves the work behind when the deadline passes or the caller is interrupted.
     *
     * @return whether the work has ever begun
     */
    boolean await(ChatCall call, Waiting here) {
        while (!over) {
            long remaining = deliver() ? deadline.remainingNanos() : 0;
            if (remaining <= 0 || Thread.currentThread().isInterrupted()) {
                leave(call);
                break;
            }
            here.park(this, remaining);
        }
        if (!left) {
            deliver(); // what came last
        }
        return begun;
    }

    /** Lets the caller hear what has come; returns whether the rest is wanted, too. */
    private boolean deliver() {
        if (pieces != null && delivery != null) {
            try {
                pieces.drainTo(delivery);
            } catch (ChatException unwanted) {
                stopped = unwanted;
                return false;
            }
        }
        return true;
    }

    /** What the model said; after {@link #await}. */
    @Nullable
    ChatResponse result(ChatCall call) {
        if (stopped != null) {
            throw stopped;
        }
        if (left) {
            throw ended(call);
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return response;
    }

    private void leave(ChatCall call) {
        if (pieces != null) {
            pieces.leave();
        }
        lock.lock();
        try {
            left = true;
            if (worker != null) {
                worker.interrupt();
            }
        } finally {
            lock.unlock();
        }
        if (begun) { // else it never will: there is nothing to hold a permit for
            call.abandon(this);
        }
    }

    private RuntimeException ended(ChatCall call) {
        boolean cancelled = Thread.currentThread().isInterrupted() || deadline.isCancelled();
        FailureKind kind = cancelled ? FailureKind.CANCELLED : FailureKind.TIMEOUT;
        String what = cancelled ? "was cancelled" : "was silent until its time was over";
        return kind.exception("Model '" + call.model() + "' " + what, Origin.of(call.model()), null);
    }

    @Override
    public void whenOver(Runnable action) {
        lock.lock();
        try {
            if (!over) {
                whenOver.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }
}
