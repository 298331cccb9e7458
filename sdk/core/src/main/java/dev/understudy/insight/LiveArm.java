package dev.understudy.insight;

import dev.understudy.chat.CacheStatus;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the calls of one arm in the current slice of time, from any number of threads, without locks and without garbage, until
 * it is sealed.
 *
 * <p><b>Sealing loses nothing.</b> Each cell is emptied by swapping in a very negative number. A thread that comes late finds it
 * when it adds, and counts that piece again in the slice that is current now; so each piece of a call is counted exactly once.
 * Registers of units only grow, and counting a unit twice changes nothing: there it suffices to look at a flag afterwards.
 */
final class LiveArm {

    /** The pieces of a call. */
    static final int ALL = 0b11_1111;

    private static final int LATENCY = 1;
    private static final int UNIT = 1 << 1;
    private static final int INPUT = 1 << 2;
    private static final int OUTPUT = 1 << 3;
    private static final int COST = 1 << 4;
    private static final int ENDING = 1 << 5;

    private static final VarHandle REGISTERS = MethodHandles.arrayElementVarHandle(byte[].class);

    private static final int FAILED = 0;
    private static final int RESCUED = 1;
    private static final int STALE = 2;
    private static final int INPUT_TOKENS = 3;
    private static final int OUTPUT_TOKENS = 4;
    /** The bits of a double; that of a sealed cell is no cost, for its sign is set. */
    private static final int COST_BITS = 5;

    /** Takes nothing: stands where no call of a sealed slice was counted. */
    static final LiveArm SEALED = sealed();

    private final AtomicIntegerArray latencies = new AtomicIntegerArray(LatencyScale.CELLS);
    private final AtomicLongArray sums = new AtomicLongArray(6);
    private final byte[] registers = new byte[Units.REGISTERS];
    private volatile boolean sealed;

    private static LiveArm sealed() {
        LiveArm arm = new LiveArm();
        arm.seal();
        return arm;
    }

    /** Counts some pieces of a call, and returns those that came too late. */
    int count(Event.CallFinished call, int pieces) {
        int late = 0;
        if ((pieces & LATENCY) != 0 && latencies.getAndIncrement(LatencyScale.cellOfNanos(call.latencyNanos())) < 0) {
            late |= LATENCY;
        }
        if ((pieces & UNIT) != 0 && call.randomised() && !see(call.unit())) {
            late |= UNIT;
        }
        long input = call.usage().inputTokens();
        if ((pieces & INPUT) != 0 && input != 0 && sums.getAndAdd(INPUT_TOKENS, input) < 0) {
            late |= INPUT;
        }
        long output = call.usage().outputTokens();
        if ((pieces & OUTPUT) != 0 && output != 0 && sums.getAndAdd(OUTPUT_TOKENS, output) < 0) {
            late |= OUTPUT;
        }
        if ((pieces & COST) != 0 && call.cost() != 0 && !spend(call.cost())) {
            late |= COST;
        }
        if ((pieces & ENDING) != 0 && isBad(call) && sums.getAndIncrement(ending(call)) < 0) {
            late |= ENDING;
        }
        return late;
    }

    /** Who was outrun did not fail: it was slower than that, and counts with the time that it was given. */
    private static boolean isBad(Event.CallFinished call) {
        return call.outcome() != Outcome.SUCCESS && call.failure() != FailureKind.OUTRUN;
    }

    private static int ending(Event.CallFinished call) {
        if (call.outcome() == Outcome.ERROR) {
            return FAILED;
        }
        return call.cache() == CacheStatus.STALE ? STALE : RESCUED;
    }

    private boolean see(int unit) {
        int mixed = Units.mix(unit);
        int register = Units.register(mixed);
        byte rank = Units.rank(mixed);
        byte seen = (byte) REGISTERS.getVolatile(registers, register);
        while (seen < rank && !REGISTERS.compareAndSet(registers, register, seen, rank)) {
            seen = (byte) REGISTERS.getVolatile(registers, register);
        }
        return !sealed;
    }

    private boolean spend(double cost) {
        while (true) {
            long bits = sums.get(COST_BITS);
            if (bits < 0) {
                return false;
            }
            long more = Double.doubleToRawLongBits(Double.longBitsToDouble(bits) + cost);
            if (sums.compareAndSet(COST_BITS, bits, more)) {
                return true;
            }
        }
    }

    /** Takes no more calls, and returns what it has counted; once. */
    Tally seal() {
        sealed = true;
        VarHandle.fullFence(); // who does not see the flag has counted before the registers are read below
        Tally tally = new Tally();
        for (int cell = 0; cell < LatencyScale.CELLS; cell++) {
            int calls = latencies.getAndSet(cell, Integer.MIN_VALUE);
            if (calls > 0) {
                tally.latencies.add(cell, calls);
            }
        }
        tally.units.addAll(registers);
        tally.failed = sums.getAndSet(FAILED, Long.MIN_VALUE);
        tally.rescued = sums.getAndSet(RESCUED, Long.MIN_VALUE);
        tally.stale = sums.getAndSet(STALE, Long.MIN_VALUE);
        tally.inputTokens = sums.getAndSet(INPUT_TOKENS, Long.MIN_VALUE);
        tally.outputTokens = sums.getAndSet(OUTPUT_TOKENS, Long.MIN_VALUE);
        tally.cost = Double.longBitsToDouble(sums.getAndSet(COST_BITS, Long.MIN_VALUE));
        return tally;
    }

    /** Returns what it has counted so far. */
    Tally peek() {
        Tally tally = new Tally();
        for (int cell = 0; cell < LatencyScale.CELLS; cell++) {
            int calls = latencies.get(cell);
            if (calls > 0) {
                tally.latencies.add(cell, calls);
            }
        }
        tally.units.addAll(registers);
        tally.failed = sums.get(FAILED);
        tally.rescued = sums.get(RESCUED);
        tally.stale = sums.get(STALE);
        tally.inputTokens = sums.get(INPUT_TOKENS);
        tally.outputTokens = sums.get(OUTPUT_TOKENS);
        tally.cost = Double.longBitsToDouble(sums.get(COST_BITS));
        return tally;
    }
}
