package dev.understudy.call;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Sink;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.time.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * The way of a streamed answer to its listener: what has come, what of it was heard, and what follows from that. As long as
 * nothing was heard, a stream fails over like any call; afterwards it needs the listener's consent. Belongs to its call, and
 * to the thread that runs it.
 *
 * <p>What a listener throws, and a cancel that it hears of while it listens, stop the delivery for good: every further piece
 * is refused with the same exception, so that a model which swallows it gets no further.
 */
public final class Delivery implements Sink {

    static final long NEVER = Long.MIN_VALUE;

    private final ChatCall call;
    private final StreamListener listener;
    private final StreamSettings settings;
    private final long holdBackNanos;

    private @Nullable StreamPace pace;
    /** What has come of the current answer; it starts over with each attempt that is allowed to. */
    private final StringBuilder text = new StringBuilder();

    /** How many characters of it were handed over. */
    private int heard;

    private int pieces;
    private long firstPieceNanos;
    private long firstContentNanos = NEVER;
    private long firstHeardNanos = NEVER;
    private boolean refused;
    private @Nullable ChatException stopped;

    Delivery(ChatCall call, StreamListener listener, StreamSettings settings) {
        this.call = call;
        this.listener = listener;
        this.settings = settings;
        this.holdBackNanos = settings.holdBackTime().toNanos();
    }

    StreamSettings settings() {
        return settings;
    }

    /** What a listener may do about its stream. */
    private record Handle(ChatCall call) implements OpenStream {
        @Override
        public void close() {
            call.cancel();
        }

        @Override
        public long remainingNanos() {
            return call.wholeDeadline().remainingNanos();
        }

        @Override
        public Provenance provenance() {
            Leg leg = call.legOrNull();
            return new Provenance(
                    leg == null ? "" : leg.model(),
                    call.variant(),
                    call.degradedBecause(),
                    call.cache(),
                    call.attempts(),
                    call.waiting().nanoTime() - call.startNanos(),
                    0);
        }
    }

    /** Lets the listener know how to end it. */
    public void start() {
        call.runsHere(); // to be woken by who closes it, wherever it waits
        try {
            listener.onStart(new Handle(call));
        } catch (Throwable broken) { // whatever it is, it ends this call only
            throw stop(broken);
        }
        ensureWanted();
    }

    // One attempt

    /** Starts an attempt; returns the bound on it, which moves. */
    Deadline begin(boolean modelStreams, long nowNanos) {
        StreamPace begun = new StreamPace(settings, call.outerDeadline(), call.deadline(), modelStreams, nowNanos);
        pace = begun;
        firstContentNanos = NEVER;
        return begun.deadline();
    }

    /** Returns when the first content of the latest attempt came, or {@link #NEVER}. */
    long firstContentNanos() {
        return firstContentNanos;
    }

    /** Hands on what another model says, on whom others keep the limits. */
    void relay() {
        pace = null;
    }

    private void begins(long now) {
        if (firstContentNanos == NEVER) {
            // Whoever begins to speak has the word: a hedge is not needed any more, or this one is not.
            if (!call.claim()) {
                throw call.outrun();
            }
            firstContentNanos = now;
        }
    }

    @Override
    public void text(String piece) {
        if (piece.isEmpty()) {
            return;
        }
        ensureOpen();
        long now = call.waiting().nanoTime();
        if (pace != null) {
            begins(now);
            pace.content(now);
        }
        if (pieces++ == 0) {
            firstPieceNanos = now;
        }
        text.append(piece);
        if (heard > 0 || !isHeldBack(now)) {
            handOver(heard == text.length() - piece.length() ? piece : text.substring(heard), now);
        }
    }

    @Override
    public void progress() {
        ensureOpen();
        if (pace != null) {
            long now = call.waiting().nanoTime();
            begins(now);
            pace.content(now);
        }
    }

    private boolean isHeldBack(long now) {
        return pieces <= settings.holdBackTokens() || now - firstPieceNanos < holdBackNanos;
    }

    private void handOver(String piece, long now) {
        heard = text.length();
        if (firstHeardNanos == NEVER && !call.isHedge()) { // whose words the caller hears from the trunk
            firstHeardNanos = now - call.startNanos();
            call.emit(new Event.FirstToken(call.agent(), call.variant(), call.model(), firstHeardNanos));
        }
        if (pace != null) {
            pace.pause();
        }
        try {
            listener.onText(piece);
        } catch (Throwable broken) { // as above
            throw stop(broken);
        }
        ensureWanted();
        StreamPace begun = pace;
        if (begun != null) {
            long back = call.waiting().nanoTime();
            if (call.wholeDeadline().remainingNanos(back) <= 0) {
                // Not the model's fault: it was not read.
                throw stop("its listener was busy until its time was over", null);
            }
            begun.goOn(back - now);
        }
    }

    /**
     * Goes on only if nothing has stopped the delivery, whatever became of the exception that said so.
     *
     * @throws dev.understudy.error.CancelledException if it was stopped
     */
    void ensureOpen() {
        if (stopped != null) {
            throw stopped;
        }
    }

    private void ensureWanted() {
        try {
            call.ensureWanted();
        } catch (ChatException cancelled) {
            stopped = cancelled;
            throw cancelled;
        }
    }

    /** What is to be told of an attempt that failed. */
    ChatException told(ChatException failure) {
        if (stopped != null) {
            return joined(stopped, failure);
        }
        String limit = failure.kind() == FailureKind.TIMEOUT && pace != null ? pace.passedLimit() : null;
        return limit == null
                ? failure
                : FailureKind.TIMEOUT
                        .exception("Model '" + call.model() + "' " + limit, failure.origin(), failure)
                        .carryTokens(failure.inputTokens(), failure.outputTokens());
    }

    private ChatException stop(Throwable broken) {
        // Its class only: what a listener says may quote the answer.
        return stop("its listener failed with " + broken.getClass().getName(), broken);
    }

    private ChatException stop(String why, @Nullable Throwable cause) {
        ChatException failure = FailureKind.CANCELLED.exception(
                "Call of agent '" + call.agent() + "' ended early: " + why, call.origin(), cause);
        stopped = failure;
        return failure;
    }

    private static ChatException joined(ChatException told, ChatException carried) {
        if (told != carried && carried.getCause() != told) {
            told.addSuppressed(carried);
        }
        return told;
    }

    // Between attempts, and after the last

    /**
     * Says whether an answer may begin anew: as long as nothing was heard, or with the listener's consent. Once refused, it
     * is not asked again.
     */
    boolean mayRestart(ChatException failure, String next) {
        if (refused || stopped != null) {
            return false;
        }
        if (heard > 0) {
            Origin origin = failure.origin();
            String failed = origin.model() == null ? call.model() : origin.model();
            try {
                refused = !listener.onRestart(new FallbackReason(failure.kind(), failed, next));
            } catch (Throwable broken) { // as above
                throw joined(stop(broken), failure);
            }
            if (refused) {
                return false;
            }
            try {
                ensureWanted();
            } catch (ChatException cancelled) {
                throw joined(cancelled, failure);
            }
        }
        text.setLength(0);
        heard = 0;
        pieces = 0;
        return true;
    }

    /**
     * Hands over what has not been heard of the answer: what was held back, or all of it where it came as a whole.
     *
     * @param answer the answer
     */
    public void finish(ChatResponse answer) {
        pace = null;
        if (text.length() == 0) {
            text.append(answer.text());
        }
        if (heard < text.length()) {
            handOver(text.substring(heard), call.waiting().nanoTime());
        }
    }

    /**
     * Returns what had come of the answer.
     *
     * @return the text so far, or null for none
     */
    public @Nullable String partialText() {
        return text.length() == 0 ? null : text.toString();
    }

    @Override
    public String toString() {
        return "Delivery[" + heard + " of " + text.length() + " characters heard]";
    }
}
