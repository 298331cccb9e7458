package dev.understudy;

import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A piece of work in the background that is done again and again: one worker, which sleeps between two rounds and ends with
 * the registry's {@link Waiting}. A round that throws does not end the rounds. Thread-safe.
 *
 * <p>Nothing runs before {@link #start()}. A simulation never starts them and calls {@link #round()} instead, so that it
 * decides when a round happens.
 */
final class Rounds {

    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final String name;
    private final long intervalNanos;
    private final Runnable work;
    private final Waiting waiting;
    private final Executor workers;

    /** When the next round begins, by the registry's clock. */
    private final AtomicLong due;
    /** What has been logged: a round that fails each second must not fill the log. */
    private final Set<String> complaints = ConcurrentHashMap.newKeySet();

    private volatile boolean running;
    private volatile @Nullable Thread runner;

    /**
     * Plans a piece of work.
     *
     * @param name what it does, for the log and for thread dumps, such as {@code reload}
     * @param interval from the end of one round to the beginning of the next, and before the first; more than zero
     * @param work one round; not done by two threads at once
     * @param waiting the clock, where it sleeps, and what ends it
     * @param workers runs it
     */
    Rounds(String name, Duration interval, Runnable work, Waiting waiting, Executor workers) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("The interval of '" + name + "' is more than 0, not " + interval);
        }
        this.name = name;
        this.intervalNanos = interval.toNanos();
        this.work = work;
        this.waiting = waiting;
        this.workers = workers;
        this.due = new AtomicLong(waiting.nanoTime() + intervalNanos);
    }

    /** Begins; once. The first round comes after one interval, or when somebody asks for it. */
    void start() {
        running = true; // here, not in the worker: whoever closes in between waits for it too
        try {
            workers.execute(this::runAll);
        } catch (RuntimeException | Error refused) {
            running = false;
            throw refused;
        }
    }

    /** Asks for a round at once, from any thread. One that is under way is followed by another. */
    void now() {
        soon(Duration.ZERO);
    }

    /**
     * Asks for the next round to begin early, from any thread, the round itself included.
     *
     * @param within at most this long from now; longer than what is left of the interval changes nothing
     */
    void soon(Duration within) {
        dueIn(within.toNanos());
        Thread sleeper = runner;
        if (sleeper != null) {
            waiting.unpark(sleeper);
        }
    }

    /** Does one round on the calling thread. */
    void round() {
        due.set(waiting.nanoTime() + Long.MAX_VALUE / 2);
        try {
            work.run();
        } catch (Throwable broken) { // whatever happened, the next round may go better
            complain(broken);
        } finally {
            dueIn(intervalNanos);
        }
    }

    /**
     * Counts what is left to wait for when the registry is closed.
     *
     * @return 1 while the worker has not ended, else 0; 0 also for the worker itself, which cannot wait for its own end
     */
    int underWay() {
        return running && Thread.currentThread() != runner ? 1 : 0;
    }

    private void runAll() {
        runner = Thread.currentThread();
        try {
            while (!waiting.isClosed()) {
                long left = due.get() - waiting.nanoTime();
                if (left > 0) {
                    waiting.park(this, left);
                    // The thread is ours: an interrupt that some round has left behind would keep it awake for ever.
                    boolean ignored = Thread.interrupted();
                } else {
                    round();
                }
            }
        } finally {
            runner = null;
            running = false;
        }
    }

    private void dueIn(long nanos) {
        // By their difference: the clock may overflow.
        due.accumulateAndGet(waiting.nanoTime() + nanos, (planned, wanted) -> wanted - planned < 0 ? wanted : planned);
    }

    private void complain(Throwable broken) {
        if (complaints.add(broken.getClass().getName())) {
            StackTraceElement[] trace = broken.getStackTrace();
            // The class and the place only: a foreign message might quote anything.
            LOG.error(
                    "Round '{}' failed with {} at {}; it goes on, and this is not logged again",
                    name,
                    broken.getClass().getName(),
                    trace.length == 0 ? "an unknown place" : trace[0]);
        }
    }

    @Override
    public String toString() {
        return "Rounds[" + name + "]";
    }
}
