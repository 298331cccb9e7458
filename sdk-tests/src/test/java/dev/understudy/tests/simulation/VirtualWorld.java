package dev.understudy.tests.simulation;

import dev.understudy.time.Parking;
import dev.understudy.time.Ticker;
import java.lang.StackWalker.StackFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Threads that run one at a time, in an order that a seed draws, and a clock that moves only when all of them wait.
 *
 * <h2>How it works</h2>
 *
 * Tasks run on {@link Carrier}s: real threads that pass one baton. Whoever has it runs until it parks, sleeps, is done, or
 * comes to a {@link #pause()}; then it draws who goes on, and hands the baton over (often to itself, which costs nothing).
 * If nobody can go on, the clock jumps to the earliest time that somebody waits for; if nobody waits for a time, the world
 * is wedged, and says where everybody stands. All state is written by the one who has the baton, and needs no lock.
 *
 * <p>Between two such points nothing else happens, so code under a lock is never interrupted as long as nothing in there
 * parks: a thread that blocks anywhere else keeps the baton, and the watchdog shows its stack.
 *
 * <p>{@link #park} wakes early for no reason where the {@link Temper} says so, and {@link #pause()} may hold a thread up for
 * a while, as a collector or a busy machine would.
 */
final class VirtualWorld implements Ticker, Parking {

    private static final StackWalker STACK = StackWalker.getInstance();
    private static final long NEVER = Long.MAX_VALUE;
    private static final int MOST_STEPS = 200_000;

    final Trace trace = new Trace();
    private final SplittableRandom chance;
    private Temper temper;
    private Consumer<Carrier> parkWatcher = carrier -> {};
    private Consumer<Carrier> wakeWatcher = carrier -> {};
    private Predicate<Carrier> preemption = carrier -> false;
    private final long originNanos;
    private final long watchdogNanos;

    private final List<Carrier> carriers = new ArrayList<>();
    /** Who carries a task, in the order in which the tasks began. */
    private final List<Carrier> live = new ArrayList<>();

    private final ArrayDeque<Carrier> idle = new ArrayDeque<>();
    private final List<Carrier> able = new ArrayList<>();
    private long elapsedNanos;
    private long moments;
    private int tasks;
    private int steps;
    /** A copy for the watchdog. */
    private volatile int heartbeat;

    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean ended;
    private volatile Carrier running;
    private volatile Throwable failure;

    VirtualWorld(long seed, Temper temper) {
        this(seed, temper, TimeUnit.SECONDS.toNanos(30));
    }

    /** @param watchdogNanos how long, on the real clock, a thread may take from one wait to the next */
    VirtualWorld(long seed, Temper temper, long watchdogNanos) {
        chance = new SplittableRandom(seed);
        // Any origin will do, also one from which the clock overflows within the run.
        originNanos = chance.nextInt(3) == 0 ? Long.MAX_VALUE - chance.nextLong(60_000_000_000L) : chance.nextLong();
        this.temper = temper;
        this.watchdogNanos = watchdogNanos;
    }

    // From outside

    /** Runs a task, and all that it starts, to their end. Throws what went wrong first. */
    void run(String label, Runnable main) {
        begin(label, null, main);
        running = live.get(0);
        live.get(0).give();
        await();
        ended = true;
        // A copy: who blocked outside may go on by itself just now, and hire others.
        List<Carrier> all = List.copyOf(carriers);
        all.forEach(Carrier::wakeToEnd);
        all.forEach(Carrier::awaitEnd);
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new AssertionError("A task failed: " + failure, failure);
        }
    }

    private void await() {
        try {
            int before = heartbeat;
            while (!over.await(watchdogNanos, TimeUnit.NANOSECONDS)) {
                if (heartbeat == before) {
                    failure = new Violation("WAITING", wedged(running));
                    return;
                }
                before = heartbeat;
            }
        } catch (InterruptedException ended) {
            throw new AssertionError("Interrupted from outside", ended);
        }
    }

    private static String wedged(Carrier carrier) {
        StringBuilder text = new StringBuilder(carrier + " blocks outside Waiting:");
        for (StackTraceElement frame : carrier.getStackTrace()) {
            text.append("\n    at ").append(frame);
        }
        return text.toString();
    }

    // For everybody who has the baton

    /** Returns whoever has the baton, which is the calling thread. */
    Carrier current() {
        return (Carrier) Thread.currentThread();
    }

    /** Returns the time since the world began. */
    long elapsedNanos() {
        return elapsedNanos;
    }

    /** Returns a number that grows with every call: what came first within one instant. */
    long moment() {
        return ++moments;
    }

    /** Goes on with other threads' manners. */
    void temper(Temper changed) {
        temper = changed;
    }

    /** Lets somebody see who parks, and on what, just before it does. */
    void onPark(Consumer<Carrier> watcher) {
        parkWatcher = watcher;
    }

    /** Lets somebody see who is woken, just before it can know. */
    void onWake(Consumer<Carrier> watcher) {
        wakeWatcher = watcher;
    }

    /** Lets somebody decide whether a thread that reads the clock may be preempted there: it must not hold a lock. */
    void onPreempt(Predicate<Carrier> judge) {
        preemption = judge;
    }

    @Override
    public long nanoTime() {
        if (temper.preempt() > 0 && !ended && chance.nextDouble() < temper.preempt()) {
            Carrier me = current();
            if (!me.hushed && preemption.test(me)) {
                pass(me);
            }
        }
        return originNanos + elapsedNanos;
    }

    void note(String what) {
        if (ended) {
            throw new Ended(); // the trace is being read
        }
        trace.add(elapsedNanos, current().label, what);
    }

    /** Ends the world: a rule did not hold. */
    Ended fail(Throwable what) {
        note("FAILS: " + what.getMessage());
        failure = what;
        end();
        return new Ended();
    }

    /** Starts a task; it inherits the context of who starts it. */
    Carrier spawn(String label, Runnable task) {
        Carrier child = begin(label, current().context, task);
        pause();
        return child;
    }

    /** Starts a task if not too many run already; it inherits the context of who starts it, and may be late. */
    Carrier work(Runnable task) {
        if (live.size() >= temper.mostWorkers()) {
            note("no worker");
            throw new RejectedExecutionException("All workers are busy");
        }
        Carrier worker = begin("worker", current().context, task);
        if (chance.nextDouble() < 5 * temper.stall()) { // threads are slow to start
            stall(worker);
        }
        return worker;
    }

    /** Lets others go first, perhaps; may be held up. */
    void pause() {
        if (ended) {
            throw new Ended();
        }
        Carrier me = current();
        if (!me.hushed && chance.nextDouble() < temper.pause()) {
            if (chance.nextDouble() < temper.stall()) {
                stall(me);
            }
            pass(me);
        }
    }

    private void stall(Carrier who) {
        who.state = Carrier.State.ASLEEP;
        who.wakeAt = elapsedNanos + 1 + chance.nextLong(temper.stallNanos());
        who.stalledUntil = who.wakeAt;
        trace.add(elapsedNanos, who.label, "is held up for " + (who.wakeAt - elapsedNanos) + " ns");
    }

    @Override
    public void park(Object blocker, long nanos) {
        Carrier me = current();
        me.hushed = false;
        me.blocker = blocker;
        me.place = place();
        parkWatcher.accept(me);
        if (nanos > 0 && !me.permit && !me.isInterrupted()) {
            me.state = Carrier.State.PARKED;
            me.wakeAt = nanos >= NEVER - elapsedNanos ? NEVER : elapsedNanos + nanos;
            if (chance.nextDouble() < temper.spurious()) {
                me.wakeAt = elapsedNanos + chance.nextLong(Math.min(nanos, 1_000_000_000L));
            }
            note("parks in " + me.place + " for at most " + nanos + " ns");
        }
        pass(me);
        me.blocker = null;
        me.place = "";
        me.permit = false;
    }

    @Override
    public void unpark(Thread thread) {
        Carrier carrier = (Carrier) thread;
        carrier.permit = true;
        wakeWatcher.accept(carrier);
        pause();
    }

    /** Waits for a time, whatever else happens. */
    void sleep(long nanos) {
        Carrier me = current();
        me.state = Carrier.State.ASLEEP;
        me.wakeAt = elapsedNanos + nanos;
        pass(me);
    }

    /** Waits until nobody else is left. */
    void join() {
        Carrier me = current();
        me.state = Carrier.State.JOINING;
        pass(me);
    }

    /** Returns everybody who carries a task. */
    List<Carrier> live() {
        return live;
    }

    // For carriers

    boolean hasEnded() {
        return ended;
    }

    /** Carries one task to its end; the carrier has the baton, and has passed it on when this returns. */
    void carry(Carrier me) {
        try {
            me.task.run();
        } catch (Ended end) {
            throw end;
        } catch (Throwable thrown) {
            throw fail(thrown);
        }
        live.remove(me);
        me.task = null;
        me.context = null;
        me.stalledUntil = 0;
        me.keepInterrupt();
        if (live.isEmpty()) {
            end();
        } else {
            Carrier next = next();
            idle.push(me);
            handTo(next);
        }
    }

    /** Starts a task. */
    Carrier begin(String label, Object context, Runnable task) {
        Carrier carrier = idle.poll();
        if (carrier == null) {
            carrier = new Carrier(this, carriers.size());
            carriers.add(carrier);
            carrier.start();
        }
        carrier.forgetInterrupt(); // as a pool does between two tasks
        carrier.task = task;
        carrier.context = context;
        carrier.label = "#" + tasks++ + " " + label;
        carrier.state = Carrier.State.READY;
        carrier.bornAt = elapsedNanos;
        carrier.bornMoment = ++moments;
        carrier.hushed = false;
        carrier.isTimer = false;
        carrier.hedge = null;
        live.add(carrier);
        return carrier;
    }

    /** Hands the baton to whoever is drawn, and comes back when it is this carrier's turn again. */
    private void pass(Carrier me) {
        if (ended) {
            throw new Ended();
        }
        Carrier next = next();
        if (next != me) {
            me.keepInterrupt();
            handTo(next);
            if (!me.awaitBaton()) {
                throw new Ended();
            }
        }
    }

    private void handTo(Carrier next) {
        running = next;
        next.give();
    }

    private Carrier next() {
        heartbeat = ++steps;
        if (steps > MOST_STEPS) {
            throw fail(new Violation("WAITING", "No end after " + MOST_STEPS + " steps\n" + standing()));
        }
        while (true) {
            long earliest = NEVER;
            able.clear();
            for (Carrier carrier : live) {
                if (isAble(carrier)) {
                    able.add(carrier);
                } else if (carrier.state != Carrier.State.JOINING) {
                    earliest = Math.min(earliest, carrier.wakeAt);
                }
            }
            if (!able.isEmpty()) {
                Carrier drawn = able.get(able.size() == 1 ? 0 : chance.nextInt(able.size()));
                drawn.state = Carrier.State.READY;
                return drawn;
            }
            if (earliest == NEVER) {
                throw fail(new Violation("WAITING", "Everybody waits for somebody else\n" + standing()));
            }
            elapsedNanos = earliest;
        }
    }

    private boolean isAble(Carrier carrier) {
        return switch (carrier.state) {
            case READY -> true;
            case PARKED -> carrier.permit || carrier.wakeAt <= elapsedNanos || carrier.isInterrupted();
            case ASLEEP -> carrier.wakeAt <= elapsedNanos;
            case JOINING -> live.size() == 1;
        };
    }

    /** Says where everybody stands. */
    String standing() {
        StringBuilder text = new StringBuilder();
        for (Carrier carrier : live) {
            text.append("  ").append(carrier).append(": ").append(carrier.state);
            if (!carrier.place.isEmpty()) {
                text.append(" in ").append(carrier.place).append(" at ").append(carrier.blocker);
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String place() {
        return STACK.walk(frames -> frames.skip(2)
                .filter(frame -> !frame.getClassName().startsWith("dev.understudy.time.")
                        && !frame.getMethodName().equals("park"))
                .findFirst()
                .map(VirtualWorld::shortName)
                .orElse(""));
    }

    private static String shortName(StackFrame frame) {
        String name = frame.getClassName();
        return name.substring(name.lastIndexOf('.') + 1) + "." + frame.getMethodName();
    }

    private void end() {
        ended = true;
        over.countDown();
    }

    /** Unwinds a carrier whose world has ended in failure. */
    static final class Ended extends Error {
        private static final long serialVersionUID = 1L;

        Ended() {
            super("The world has ended", null, false, false);
        }
    }
}
