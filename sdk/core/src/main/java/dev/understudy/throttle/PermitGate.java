package dev.understudy.throttle;

import dev.understudy.chat.Variant;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits that are waited for in order, by a bounded number of callers, for a bounded time, and whose number
 * may change while they are out. An agent has one gate for each of its two models; all agents of a provider share one
 * more, a quarter of which is kept for baselines: candidates find it full while a quarter is free, wait in a line of their
 * own, and come after every baseline that waits. Thread-safe.
 *
 * <p><b>Design.</b> Permits in use and the limit lie in one word, so that no moment exists in which they do not fit: while
 * nobody waits, taking and giving back are one compare-and-set each and allocate nothing. The word's top bit says that
 * somebody waits, or is changing something; then everybody goes through the lock, under which a permit that comes back is
 * handed to the first in line and never lies about for a newcomer to snatch. A {@link java.util.concurrent.Semaphore}
 * cannot grow and shrink without losing count, has one line only, and sleeps where a simulation cannot follow.
 *
 * <p>A waiter is granted its permit under the lock, and gives up under the lock: one of the two happens first, and a grant
 * that came first is kept, however late the waiter hears of it. So no permit is lost between a waiter that leaves and a
 * permit that arrives. The lock is held for a few steps only; nobody sleeps or is woken under it.
 *
 * <p>Whoever would certainly wait in vain does not line up: see {@link LinePace}.
 */
public final class PermitGate {

    private static final long CONTENDED = Long.MIN_VALUE;
    private static final int LIMIT_SHIFT = 32;
    private static final int LIMIT_MASK = Integer.MAX_VALUE;

    private final String owner;
    private final boolean sharedWithCandidates;
    private final Waiting waiting;

    /**
     * From the top: contended (1 bit), limit (31 bits), in use (32 bits). While the top bit is set, only the owner of the
     * lock writes it.
     */
    private final AtomicLong word;

    private final ReentrantLock lock = new ReentrantLock();
    private final Line baselines = new Line();
    private final Line candidates = new Line();
    private int queue;

    /** A copy of the two sizes, for readers without the lock. */
    private volatile int inLine;

    private PermitGate(String owner, int limit, int queue, boolean sharedWithCandidates, Waiting waiting) {
        this.owner = owner;
        this.sharedWithCandidates = sharedWithCandidates;
        this.waiting = waiting;
        this.word = new AtomicLong(word(checked(limit), 0));
        this.queue = queue;
    }

    /**
     * Opens the gate to one of an agent's two models.
     *
     * @param agent the agent's name
     * @param limit attempts at once; at least 1
     * @param queue callers that may wait; 0 refuses at once
     * @param waiting where callers wait
     * @return a new gate with every permit available
     */
    public static PermitGate forAgent(String agent, int limit, int queue, Waiting waiting) {
        return new PermitGate("agent '" + agent + "'", limit, queue, false, waiting);
    }

    /**
     * Opens the gate to a provider. A quarter of the permits, rounded down, is kept for baselines; so candidates may always
     * use at least one.
     *
     * @param provider the provider's name
     * @param limit attempts at once, of all agents together; at least 1
     * @param queue callers that may wait, baselines and candidates each; 0 refuses at once
     * @param waiting where callers wait
     * @return a new gate with every permit available
     */
    public static PermitGate forProvider(String provider, int limit, int queue, Waiting waiting) {
        return new PermitGate("provider '" + provider + "'", limit, queue, true, waiting);
    }

    /**
     * Changes the limit and the queue; returns at once. More permits are handed to those who wait. Fewer take nothing away
     * from those who hold one: newcomers wait until enough came back. Nobody is thrown out of a queue that became shorter.
     *
     * @param newLimit attempts at once; at least 1
     * @param newQueue callers that may wait; 0 refuses at once
     */
    public void resize(int newLimit, int newQueue) {
        checked(newLimit);
        long now = waiting.nanoTime();
        Waiter granted;
        begin();
        try {
            queue = newQueue;
            word.set(CONTENDED | word(newLimit, inUse()));
            granted = grant(now);
        } finally {
            end();
        }
        wake(granted);
    }

    /**
     * Changes the limit only; returns at once. To be called as often as one likes: where nothing changes it costs a look, and
     * while nobody waits a compare-and-set.
     *
     * @param newLimit attempts at once; at least 1
     */
    public void limit(int newLimit) {
        checked(newLimit);
        while (true) {
            long seen = word.get();
            if (limit(seen) == newLimit) {
                return;
            }
            if (seen < 0) {
                break;
            }
            if (word.compareAndSet(seen, word(newLimit, (int) seen))) {
                return;
            }
        }
        long now = waiting.nanoTime();
        Waiter granted;
        begin();
        try {
            word.set(CONTENDED | word(newLimit, inUse()));
            granted = grant(now);
        } finally {
            end();
        }
        wake(granted);
    }

    /**
     * Returns how many permits there are.
     *
     * @return the limit, as of the latest resize
     */
    public int limit() {
        return limit(word.get());
    }

    /**
     * Returns how many permits are out.
     *
     * @return attempts on the wire, and callers on their way to it; after a resize to fewer it may exceed the limit
     */
    public int inUse() {
        return (int) word.get();
    }

    /**
     * Returns how many permits could be taken now.
     *
     * @return limit less permits in use, at least 0; a provider's candidates may take a quarter of the limit less
     */
    public int available() {
        long seen = word.get();
        return Math.max(0, limit(seen) - (int) seen);
    }

    /**
     * Says whether a baseline's attempt would have to wait for nobody and nothing.
     *
     * @return whether a permit is free and nobody is in line
     */
    public boolean hasRoom() {
        long seen = word.get();
        return seen >= 0 && hasRoom(seen, Variant.BASELINE);
    }

    /**
     * Returns how many callers wait.
     *
     * @return the length of the line, or of both lines
     */
    public int waiting() {
        return inLine;
    }

    /** Takes a permit if that needs no lock: somebody who waits, or a change in progress, is reason enough to fail. */
    boolean tryTake(Variant variant) {
        while (true) {
            long seen = word.get();
            if (seen < 0 || !hasRoom(seen, variant)) {
                return false;
            }
            if (word.compareAndSet(seen, seen + 1)) {
                return true;
            }
        }
    }

    /** Takes a permit, waiting in line as long as the patience lasts; with none left, only if one is free. */
    Admission acquire(Variant variant, Deadline patience) {
        long now = waiting.nanoTime();
        long ready = patience.remainingNanos(now);
        Line line = lineOf(variant);
        Waiter me;
        begin();
        try {
            // Before a permit comes free it is handed to those in line: free ones mean that nobody is.
            if (hasRoom(word.get(), variant)) {
                word.set(word.get() + 1);
                return Admission.GRANTED;
            }
            if (ready <= 0) {
                return Admission.NO_PERMIT;
            }
            if (line.waiters.size() >= queue) {
                return Admission.QUEUE_FULL;
            }
            if (line.isHopeless(ready, now)) {
                return Admission.HOPELESS;
            }
            me = new Waiter(Thread.currentThread(), line, now + ready);
            line.waiters.add(me);
        } finally {
            end();
        }
        while (!me.granted) {
            long left = patience.remainingNanos();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return giveUp(me);
            }
            waiting.park(this, left);
        }
        return Admission.GRANTED;
    }

    /** Estimates how long somebody would wait who lined up now; 0 where too little is known. */
    long expectedNanos(Variant variant) {
        begin();
        try {
            Line line = lineOf(variant);
            return line.pace.expectedNanos(line.waiters.size());
        } finally {
            end();
        }
    }

    /** Gives a permit back, to the first in line if there is one. Exactly once for each permit. */
    void release() {
        while (true) {
            long seen = word.get();
            if (seen < 0) {
                break;
            }
            if (word.compareAndSet(seen, oneLess(seen))) {
                return;
            }
        }
        long now = waiting.nanoTime();
        Waiter granted;
        begin();
        try {
            word.set(oneLess(word.get()));
            granted = grant(now);
        } finally {
            end();
        }
        wake(granted);
    }

    /** Says who is full, for messages. */
    String describe(Variant variant) {
        int limit = limit();
        return share(limit, variant) == limit
                ? "All " + limit + " permits of " + owner
                : "All " + share(limit, variant) + " of " + limit + " permits that candidates may have of " + owner;
    }

    // Under the lock --------------------------------------------------------------------------------------------

    private void begin() {
        lock.lock();
        word.accumulateAndGet(CONTENDED, (seen, bit) -> seen | bit);
    }

    private void end() {
        baselines.restIfEmpty();
        candidates.restIfEmpty();
        inLine = baselines.waiters.size() + candidates.waiters.size();
        if (inLine == 0) {
            word.set(word.get() & ~CONTENDED);
        }
        lock.unlock();
    }

    /**
     * Hands out what is free, in order, and returns those who got something, to be woken outside the lock; the clock was read
     * before it, for there a simulation may let somebody else go on.
     */
    private @Nullable Waiter grant(long now) {
        Waiter first = null;
        Waiter last = null;
        for (Waiter next = pollNext(); next != null; next = pollNext()) {
            next.line.pace.stepped(now);
            word.set(word.get() + 1);
            next.granted = true;
            if (last == null) {
                first = next;
            } else {
                last.next = next;
            }
            last = next;
        }
        return first;
    }

    private @Nullable Waiter pollNext() {
        Variant variant = baselines.waiters.isEmpty() ? Variant.CANDIDATE : Variant.BASELINE;
        return hasRoom(word.get(), variant) ? lineOf(variant).waiters.poll() : null;
    }

    private Admission giveUp(Waiter me) {
        begin();
        try {
            if (me.granted) { // at this very moment: the permit is ours, to use or to give back
                return Admission.GRANTED;
            }
            me.line.waiters.remove(me);
            return Admission.NO_PERMIT;
        } finally {
            end();
        }
    }

    // -------------------------------------------------------------------------------------------------------------

    private void wake(@Nullable Waiter granted) {
        while (granted != null) {
            // Read first: the woken thread may be gone, and its waiter with it, before we come back.
            Waiter next = granted.next;
            waiting.unpark(granted.thread);
            granted = next;
        }
    }

    private Line lineOf(Variant variant) {
        return sharedWithCandidates && variant == Variant.CANDIDATE ? candidates : baselines;
    }

    private boolean hasRoom(long seen, Variant variant) {
        return (int) seen < share(limit(seen), variant);
    }

    private int share(int limit, Variant variant) {
        return sharedWithCandidates && variant == Variant.CANDIDATE ? limit - limit / 4 : limit;
    }

    private long oneLess(long seen) {
        if ((int) seen == 0) {
            throw new IllegalStateException("A permit of " + owner + " came back that nobody had taken");
        }
        return seen - 1;
    }

    private static long word(int limit, int inUse) {
        return ((long) limit << LIMIT_SHIFT) | inUse;
    }

    private static int limit(long word) {
        return (int) (word >>> LIMIT_SHIFT) & LIMIT_MASK;
    }

    private static int checked(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("A gate has at least 1 permit, not " + limit);
        }
        return limit;
    }

    /** Shows the state, for logs and thread dumps. */
    @Override
    public String toString() {
        return "PermitGate[" + owner + ", " + inUse() + " of " + limit() + " in use, " + waiting() + " waiting]";
    }

    /** Who waits, in order, and how fast that goes. */
    private static final class Line {
        final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
        final LinePace pace = new LinePace();

        boolean isHopeless(long patienceNanos, long now) {
            Waiter last = waiters.peekLast();
            return last != null
                    && pace.isHopeless(waiters.size(), patienceNanos, now + patienceNanos - last.waitsUntil);
        }

        void restIfEmpty() {
            if (waiters.isEmpty()) {
                pace.restart();
            }
        }
    }

    /** Somebody in line. */
    private static final class Waiter {
        final Thread thread;
        final Line line;
        final long waitsUntil;
        volatile boolean granted;
        /** Who was granted a permit in the same step; written and read by the one who granted both. */
        @Nullable
        Waiter next;

        Waiter(Thread thread, Line line, long waitsUntil) {
            this.thread = thread;
            this.line = line;
            this.waitsUntil = waitsUntil;
        }
    }
}
