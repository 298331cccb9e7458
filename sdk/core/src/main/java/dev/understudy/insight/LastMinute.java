package dev.understudy.insight;

import dev.understudy.event.Outcome;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How an agent's calls ended in the last minute: twelve slices and the one that is being counted. Used by one thread at a time. */
final class LastMinute {

    private static final int SLICES = 12;

    private final long[] indices = new long[SLICES];
    private final RecentOutcomes[] outcomes = new RecentOutcomes[SLICES];
    /** What each variant's calls were like, whoever assigned them. */
    private final @Nullable PackedTally[] baseline = new @Nullable PackedTally[SLICES];

    private final @Nullable PackedTally[] candidate = new @Nullable PackedTally[SLICES];

    LastMinute() {
        Arrays.fill(outcomes, RecentOutcomes.NONE);
    }

    void add(LiveSlice slice, @Nullable Tally[] arms) {
        int place = (int) (slice.index % SLICES);
        if (indices[place] != slice.index) {
            indices[place] = slice.index;
            outcomes[place] = RecentOutcomes.NONE;
            baseline[place] = null;
            candidate[place] = null;
        }
        RecentOutcomes before = outcomes[place];
        outcomes[place] = new RecentOutcomes(
                before.successes() + slice.seal(Outcome.SUCCESS),
                before.degraded() + slice.seal(Outcome.DEGRADED),
                before.errors() + slice.seal(Outcome.ERROR));
        baseline[place] = packed(baseline[place], arms, LiveSlice.BASELINE);
        candidate[place] = packed(candidate[place], arms, LiveSlice.CANDIDATE);
    }

    private static @Nullable PackedTally packed(@Nullable PackedTally before, @Nullable Tally[] arms, int variant) {
        Tally compared = arms[variant];
        Tally others = arms[variant + LiveSlice.BY_CHOICE];
        if (compared == null && others == null) {
            return before;
        }
        Tally sum = new Tally();
        if (before != null) {
            before.addTo(sum);
        }
        sum.addAll(compared);
        sum.addAll(others);
        return PackedTally.withoutUnits(sum);
    }

    RecentOutcomes with(LiveSlice now) {
        long successes = now.peek(Outcome.SUCCESS);
        long degraded = now.peek(Outcome.DEGRADED);
        long errors = now.peek(Outcome.ERROR);
        for (int place = 0; place < SLICES; place++) {
            if (isRecent(place, now)) {
                successes += outcomes[place].successes();
                degraded += outcomes[place].degraded();
                errors += outcomes[place].errors();
            }
        }
        return new RecentOutcomes(successes, degraded, errors);
    }

    /** What it was like, up to now; the process looks at this agent only since it began. */
    Minute minute(LiveSlice now, Instant began, Instant to) {
        Instant oldest = Instant.ofEpochMilli((now.index - SLICES) * LiveSlice.MILLIS);
        Instant from = oldest.isAfter(began) ? oldest : began;
        Tally proven = sum(baseline, now, LiveSlice.BASELINE);
        Tally tried = sum(candidate, now, LiveSlice.CANDIDATE);
        return new Minute(from, to, with(now), proven.arm(), tried.arm(), proven.cost, tried.cost);
    }

    private Tally sum(@Nullable PackedTally[] slices, LiveSlice now, int variant) {
        Tally sum = new Tally();
        sum.addAll(now.peek(variant));
        sum.addAll(now.peek(variant + LiveSlice.BY_CHOICE));
        for (int place = 0; place < SLICES; place++) {
            PackedTally slice = slices[place];
            if (slice != null && isRecent(place, now)) {
                slice.addTo(sum);
            }
        }
        return sum;
    }

    private boolean isRecent(int place, LiveSlice now) {
        return indices[place] >= now.index - SLICES;
    }
}
