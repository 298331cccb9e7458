package dev.understudy.rollout;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * In every interleaving of calls that begin, end and are looked at, a slow call counts exactly once, a fast one never, and a slow
 * one that nobody has marked yet makes the next who comes by look.
 */
@Tag("lincheck")
class InFlightLincheckTest {

    @Test
    void a_slow_call_counts_once_and_is_never_overlooked() {
        new ModelCheckingOptions()
                .iterations(12)
                .invocationsPerIteration(300)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(0)
                .checkObstructionFreedom(true)
                .verifier(EpsilonVerifier.class)
                .check(Calls.class);
    }

    /** It is instant 10, and a call may take 5. */
    public static class Calls {

        private static final long NOW = 10;
        private static final long LIMIT = 5;

        private final InFlight inFlight = new InFlight(1, 4, 0);
        private final AtomicInteger counted = new AtomicInteger();
        private final int[] places = {-1, -1, -1, -1, -1};
        private final boolean[] slow = new boolean[5];
        private final int[] slowEnded = new int[5];
        private final int[] countedAtEnd = new int[5];

        private final InFlight.Passing passing = new InFlight.Passing() {
            @Override
            public void passedLimit() {
                counted.incrementAndGet();
            }

            @Override
            public void passedCompared(boolean candidate, int unit, int share) {
                throw new IllegalStateException("Nothing is compared here");
            }
        };

        @Operation
        public void begin(
                @Param(gen = ThreadIdGen.class) int thread, @Param(gen = IntGen.class, conf = "0:1") int late) {
            if (places[thread] < 0) {
                slow[thread] = late == 1;
                places[thread] = inFlight.enter(true, thread, 1, slow[thread] ? 0 : 8, LIMIT, InFlight.NEVER);
            }
        }

        @Operation
        public void end(@Param(gen = ThreadIdGen.class) int thread) {
            if (places[thread] >= 0) {
                boolean marked = inFlight.leave(places[thread]) != 0;
                places[thread] = -1;
                if (slow[thread]) {
                    slowEnded[thread]++;
                    countedAtEnd[thread] += marked ? 0 : 1;
                } else if (marked) {
                    throw new IllegalStateException("A fast call was counted");
                }
            }
        }

        @Operation
        public void comeBy() {
            if (inFlight.isDue(NOW)) {
                inFlight.look(NOW, LIMIT, InFlight.NEVER, InFlight.NEVER, passing);
            }
        }

        @Validate
        public void everySlowCallCountsOnce() {
            comeBy();
            int expected = 0;
            int atEnd = 0;
            for (int thread = 0; thread < places.length; thread++) {
                expected += slowEnded[thread] + (places[thread] >= 0 && slow[thread] ? 1 : 0);
                atEnd += countedAtEnd[thread];
            }
            if (counted.get() + atEnd != expected) {
                throw new IllegalStateException(
                        counted.get() + " in flight and " + atEnd + " at their end, not " + expected);
            }
        }
    }
}
