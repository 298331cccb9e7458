package dev.understudy.call;

import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.HedgeResult;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A call that a second model may join: the first to succeed claims it, and the other is given up, down to the wire. A stream
 * succeeds with its first content, everything else with its answer.
 *
 * <p><b>Threads.</b> The first model is asked on the thread that runs the call, the trunk, which therefore costs nothing more as long
 * as nobody joins. The hedge runs on a thread of its own, as a {@linkplain ChatCall#branch branch} with its own deadline, attempts and
 * costs. All that both want to know is under one lock, held for a few steps; nobody is woken under it.
 *
 * <p><b>Exact counts.</b> Once the trunk has {@linkplain #close() closed} the race, the hedge sends nothing more; so the trunk knows
 * how many requests its call has sent. What a request cost that is still on the wire then, nobody can know: it is told later.
 *
 * <p>The first three methods are for the thread that runs the call, {@link #join} is for the other.
 */
public final class Race implements AutoCloseable {

    private final ChatCall trunk;
    private final Waiting waiting;
    private final Thread runner = Thread.currentThread();
    /** The first model's part of the call, which ends with the whole, or when the hedge is first. */
    private final Deadline firstPart;

    private final @Nullable Pieces pieces;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable ChatCall hedge;
    private @Nullable Thread hedgeRunner;
    private @Nullable ChatCall winner;
    private boolean closed;
    private boolean failedByItself;
    /** Whether the trunk has counted what the hedge has sent. */
    private boolean absorbed;

    private @Nullable ChatResponse answer;
    private @Nullable ChatException failure;
    /** Written after the two above. */
    private volatile boolean over;

    /**
     * Lets a call be joined, from the thread that runs it.
     *
     * @param call the call, about to travel its first leg
     */
    public Race(ChatCall call) {
        trunk = call;
        waiting = call.waiting();
        firstPart = call.wholeDeadline().earlierBy(0);
        pieces = call.delivery() == null ? null : new Pieces(call.wholeDeadline(), waiting);
        call.race(this);
    }

    /**
     * Returns the bound on the first model's part.
     *
     * @return a deadline at the same instant as the call's, which is cancelled when the hedge is first
     */
    public Deadline firstPart() {
        return firstPart;
    }

    /**
     * Says whether the hedge was first: what the first model does now does not matter any more.
     *
     * @return whether the call is the hedge's
     */
    public boolean isLost() {
        return isLostFor(trunk);
    }

    /**
     * Claims the call for the first model's answer.
     *
     * @return false where the hedge was first
     */
    public boolean isWonByFirst() {
        return claim(trunk);
    }

    /**
     * Waits for a hedge that is under way, and hands on what it says; nobody joins after this.
     *
     * @return its answer, which is the call's then; null where there is no hedge, or it failed
     * @throws ChatException if the time is over, the call is cancelled, or its listener fails
     */
    public @Nullable ChatResponse await() {
        ChatCall joined = joinedOrNever();
        if (joined == null) {
            return null;
        }
        Delivery delivery = trunk.delivery();
        if (delivery != null) {
            delivery.relay();
        }
        while (!over) {
            hearOn(joined, delivery);
            ensureInTime(joined);
            waiting.park(this, trunk.wholeDeadline().remainingNanos());
        }
        hearOn(joined, delivery);
        trunk.ensureWanted();
        absorb(joined);
        if (answer != null) {
            trunk.answered(waiting.nanoTime());
        }
        return answer;
    }

    /**
     * Returns why the hedge failed.
     *
     * @return its failure, or null where it has not failed, or not yet
     */
    public @Nullable ChatException failure() {
        return over && joinedOrNever() != null ? failure : null;
    }

    /**
     * Says whether the hedge has sent anything.
     *
     * @return whether it made an attempt
     */
    public boolean hasSent() {
        lock.lock();
        try {
            return hedge != null && hedge.attempts() > 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the race: nobody joins any more, and a hedge that is under way is given up.
     */
    @Override
    public void close() {
        ChatCall joined;
        Thread wake;
        lock.lock();
        try {
            closed = true;
            joined = hedge;
            wake = over ? null : hedgeRunner;
        } finally {
            lock.unlock();
        }
        if (joined != null) {
            absorb(joined);
            giveUp(joined, wake);
        }
        trunk.race(null);
    }

    /**
     * Says what became of the hedge, once the race is over.
     *
     * @return the result; null where nobody joined, or nothing was sent
     */
    public @Nullable HedgeResult result() {
        lock.lock();
        try {
            if (hedge == null) {
                return null;
            }
            if (winner == hedge) {
                return HedgeResult.WON;
            }
            if (hedge.attempts() == 0) {
                return null;
            }
            if (failedByItself) {
                return HedgeResult.FAILED;
            }
            return winner == trunk ? HedgeResult.LOST : HedgeResult.UNDECIDED;
        } finally {
            lock.unlock();
        }
    }

    // The other thread

    /**
     * Says whether it is worth joining.
     *
     * @return whether nobody has succeeded yet, and the call goes on
     */
    public boolean isOpen() {
        lock.lock();
        try {
            return !closed && winner == null && !firstPart.isOver();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Joins by a second leg, and travels it to its end on the calling thread. Does nothing where it is too late.
     *
     * @param leg the second leg
     * @return how many requests were sent
     */
    public int join(Leg leg) {
        ChatCall joined = enter();
        if (joined == null) {
            return 0;
        }
        ChatResponse got = null;
        ChatException failed = null;
        try {
            ChatResponse whole = joined.travel(leg, joined.wholeDeadline(), false);
            if (claim(joined)) {
                got = whole;
            }
        } catch (ChatException told) {
            failed = told;
        } catch (Throwable bug) { // the trunk is told, whatever it is
            failed = FailureKind.OTHER.exception(
                    "A hedge of agent '" + joined.agent() + "' failed with "
                            + bug.getClass().getName(),
                    Origin.of(leg.model()),
                    bug);
        }
        leave(joined, got, failed);
        return joined.attempts();
    }

    private @Nullable ChatCall enter() {
        lock.lock();
        try {
            if (closed || winner != null || hedge != null) {
                return null;
            }
            ChatCall joined = trunk.branch(this);
            Delivery delivery = trunk.delivery();
            if (pieces != null && delivery != null) {
                joined.speakTo(pieces::text, delivery.settings().holdingBack(0));
            }
            hedge = joined;
            hedgeRunner = Thread.currentThread();
            return joined;
        } finally {
            lock.unlock();
        }
    }

    private void leave(ChatCall joined, @Nullable ChatResponse got, @Nullable ChatException failed) {
        boolean late;
        lock.lock();
        try {
            answer = got;
            failure = failed;
            hedgeRunner = null;
            late = absorbed;
            failedByItself = failed != null && winner != trunk && !closed;
            over = true;
        } finally {
            lock.unlock();
        }
        if (late) {
            trunk.spentAfterTheEnd(joined.cost());
        } else {
            waiting.unpark(runner);
        }
    }

    // Both

    /** Claims the call; false where the other was first, or the call has ended. */
    boolean claim(ChatCall who) {
        boolean first;
        ChatCall second;
        Thread wake;
        lock.lock();
        try {
            first = winner == null && !closed;
            if (first) {
                winner = who;
            } else if (winner != who) {
                return false;
            }
            second = hedge;
            wake = hedgeRunner;
        } finally {
            lock.unlock();
        }
        if (first && who != trunk) {
            firstPart.cancel();
            waiting.unpark(runner);
        } else if (first && second != null) {
            giveUp(second, wake);
        }
        return true;
    }

    private void giveUp(ChatCall joined, @Nullable Thread wake) {
        Deadline whole = trunk.wholeDeadline();
        // At the end of the time it ends by itself: by a time-out, of which its breaker should hear.
        if (!whole.isOver() || whole.isCancelled()) {
            joined.wholeDeadline().cancel();
        }
        if (pieces != null) {
            pieces.leave();
        }
        if (wake != null) {
            waiting.unpark(wake);
        }
    }

    boolean isLostFor(ChatCall who) {
        lock.lock();
        try {
            return winner != null && winner != who;
        } finally {
            lock.unlock();
        }
    }

    boolean isJoinedBy(ChatCall who) {
        return who != trunk;
    }

    /** Counts a request about to be sent by the hedge; false where nobody waits for it any more. */
    boolean count(ChatCall who) {
        lock.lock();
        try {
            if (closed || (winner != null && winner != who)) {
                return false;
            }
            who.addAttempt();
            return true;
        } finally {
            lock.unlock();
        }
    }

    Deadline boundOf(ChatCall who) {
        return who == trunk ? firstPart : who.wholeDeadline();
    }

    // The trunk, waiting

    /** Returns the hedge that is worth waiting for; where there is none, there will be none. */
    private @Nullable ChatCall joinedOrNever() {
        lock.lock();
        try {
            if (hedge == null) {
                closed = true;
            }
            return winner == trunk ? null : hedge;
        } finally {
            lock.unlock();
        }
    }

    private void hearOn(ChatCall joined, @Nullable Delivery delivery) {
        if (isLost()) {
            trunk.takeOver(joined); // from now on it is the hedge's model that speaks
        }
        if (pieces != null && delivery != null) {
            pieces.drainTo(delivery);
        }
    }

    private void ensureInTime(ChatCall joined) {
        trunk.ensureWanted();
        if (trunk.wholeDeadline().isOver()) {
            Leg leg = joined.legOrNull();
            String model = leg == null ? "?" : leg.model();
            throw FailureKind.TIMEOUT.exception(
                    "Model '" + model + "' was silent until its time was over", Origin.of(model), null);
        }
    }

    private void absorb(ChatCall joined) {
        lock.lock();
        try {
            if (!absorbed) {
                absorbed = true;
                trunk.absorb(joined, over);
            }
        } finally {
            lock.unlock();
        }
    }
}
