package dev.understudy.insight;

import dev.understudy.event.Outcome;
import java.util.Arrays;

/** How an agent's calls ended in the last minute: twelve slices and the one that is being counted. Used by one thread at a time. */
final class LastMinute {

    private static final int SLICES = 12;

    private final long[] indices = new long[SLICES];
    private final RecentOutcomes[] outcomes = new RecentOutcomes[SLICES];

    LastMinute() {
        Arrays.fill(outcomes, RecentOutcomes.NONE);
    }

    void add(LiveSlice slice) {
        int place = (int) (slice.index % SLICES);
        RecentOutcomes before = indices[place] == slice.index ? outcomes[place] : RecentOutcomes.NONE;
        indices[place] = slice.index;
        outcomes[place] = new RecentOutcomes(
                before.successes() + slice.seal(Outcome.SUCCESS),
                before.degraded() + slice.seal(Outcome.DEGRADED),
                before.errors() + slice.seal(Outcome.ERROR));
    }

    RecentOutcomes with(LiveSlice now) {
        long successes = now.peek(Outcome.SUCCESS);
        long degraded = now.peek(Outcome.DEGRADED);
        long errors = now.peek(Outcome.ERROR);
        for (int place = 0; place < SLICES; place++) {
            if (indices[place] >= now.index - SLICES) {
                successes += outcomes[place].successes();
                degraded += outcomes[place].degraded();
                errors += outcomes[place].errors();
            }
        }
        return new RecentOutcomes(successes, degraded, errors);
    }
}
