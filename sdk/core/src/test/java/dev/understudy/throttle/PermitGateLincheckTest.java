package dev.understudy.throttle;

import dev.understudy.chat.Variant;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import dev.understudy.time.Parking;
import dev.understudy.time.Waiting;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of a few steps is explained by a counter that does one thing at a time. Who acquires here does line
 * up, but its clock runs so fast that it soon gives up: so grants and departures meet at every possible point.
 */
@Tag("lincheck")
@Rule({"R5", "R6"})
public class PermitGateLincheckTest {

    private final AtomicLong clock = new AtomicLong();
    private final Waiting waiting = new Waiting(clock::incrementAndGet, new Sleepless());
    private final PermitGate gate = PermitGate.forProvider("p", 4, 2, waiting);

    /** Almost full, so that a few steps are enough to line up. */
    public PermitGateLincheckTest() {
        for (int i = 0; i < 3; i++) {
            gate.tryTake(Variant.BASELINE);
        }
    }

    @Operation
    public boolean acquire(@Param(gen = BooleanGen.class) boolean candidate) {
        Variant variant = candidate ? Variant.CANDIDATE : Variant.BASELINE;
        return gate.tryTake(variant) || gate.acquire(variant, Deadline.afterNanos(waiting, 6)) == Admission.GRANTED;
    }

    @Operation
    public boolean release() {
        try {
            gate.release();
            return true;
        } catch (IllegalStateException nothingTaken) {
            return false;
        }
    }

    @Operation
    public void resize(@Param(gen = IntGen.class, conf = "3:5") int limit) {
        gate.resize(limit, 2);
    }

    @Operation
    public void limit(@Param(gen = IntGen.class, conf = "3:5") int limit) {
        gate.limit(limit);
    }

    @Operation
    public int inUse() {
        return gate.inUse();
    }

    @Test
    void every_interleaving_has_an_order_that_explains_it() {
        new ModelCheckingOptions()
                .actorsBefore(0)
                .threads(2)
                .actorsPerThread(3)
                .actorsAfter(2)
                .iterations(15)
                .invocationsPerIteration(300)
                .sequentialSpecification(Counter.class)
                .check(PermitGateLincheckTest.class);
    }

    /** What the gate is, if nothing happens at the same time. */
    public static class Counter {
        private int limit = 4;
        private int inUse = 3;

        public boolean acquire(boolean candidate) {
            if (inUse >= (candidate ? limit - limit / 4 : limit)) {
                return false;
            }
            inUse++;
            return true;
        }

        public boolean release() {
            if (inUse == 0) {
                return false;
            }
            inUse--;
            return true;
        }

        public void resize(int newLimit) {
            limit = newLimit;
        }

        public void limit(int newLimit) {
            limit = newLimit;
        }

        public int inUse() {
            return inUse;
        }
    }

    /** Nobody sleeps: every wake-up is spurious, which the contract allows. */
    private static final class Sleepless implements Parking {
        @Override
        public void park(Object blocker, long nanos) {}

        @Override
        public void unpark(Thread thread) {}
    }
}
