package dev.understudy.retry;

import dev.understudy.testing.Rule;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every interleaving of calls, retries and time looks like one after the other, and nobody waits for anybody. */
@Tag("lincheck")
@Rule("R11")
public class RetryBudgetLincheckTest {

    private final AtomicLong nanos = new AtomicLong();
    private final RetryBudget budget = new RetryBudget(nanos::get);

    public RetryBudgetLincheckTest() {
        for (int i = 0; i < 29; i++) { // one is left
            budget.tryWithdraw();
        }
        for (int i = 0; i < 9; i++) {
            budget.deposit();
        }
    }

    @Operation
    public void deposit() {
        budget.deposit();
    }

    @Operation
    public boolean tryWithdraw() {
        return budget.tryWithdraw();
    }

    @Operation
    public void passHalfASecond() {
        nanos.addAndGet(500_000_000);
    }

    @Test
    void it_is_linearizable_and_lock_free() {
        new ModelCheckingOptions()
                .iterations(6)
                .invocationsPerIteration(250)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(1)
                .checkObstructionFreedom(true)
                .sequentialSpecification(Bucket.class)
                .check(RetryBudgetLincheckTest.class);
    }

    /** A bucket for one thread, in tenths of a token; it is never full here. */
    public static class Bucket {

        private double tenths = 19;

        public void deposit() {
            tenths += 1;
        }

        public boolean tryWithdraw() {
            if (Math.floor(tenths) < 10) {
                return false;
            }
            tenths -= 10;
            return true;
        }

        public void passHalfASecond() {
            tenths += 12.5;
        }
    }
}
