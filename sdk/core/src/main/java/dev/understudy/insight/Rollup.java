package dev.understudy.insight;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A whole rollout of one candidate, added up.
 *
 * @param since when it began
 * @param days calls of each UTC day that is told apart
 * @param baseline all calls of the baseline
 * @param candidate all calls of the candidate
 */
record Rollup(Instant since, SortedMap<LocalDate, DayCalls> days, Tally baseline, Tally candidate) {

    /** Calls of one day. */
    record DayCalls(long baseline, long candidate) {
        long least() {
            return Math.min(baseline, candidate);
        }

        DayCalls plus(int variant, long more) {
            return variant == LiveSlice.BASELINE
                    ? new DayCalls(baseline + more, candidate)
                    : new DayCalls(baseline, candidate + more);
        }
    }

    static Rollup of(Instant since, List<RolloutBook> books) {
        TreeMap<LocalDate, DayCalls> days = new TreeMap<>();
        Tally[] sums = {new Tally(), new Tally()};
        for (RolloutBook book : books) {
            for (RolloutBook.Entry entry : book.tallies()) {
                entry.tally().addTo(sums[entry.variant()]);
                LocalDate day = entry.day();
                if (day != null) {
                    count(days, day, entry.variant(), entry.tally().calls());
                }
            }
            for (int variant = 0; variant < sums.length; variant++) {
                sums[variant].units.addAll(book.units(variant));
            }
        }
        return new Rollup(since, days, sums[0], sums[1]);
    }

    /** Adds calls that are in no book yet. */
    void add(LocalDate day, @Nullable Tally moreBaseline, @Nullable Tally moreCandidate) {
        if (moreBaseline != null) {
            baseline.addAll(moreBaseline);
            count(days, day, LiveSlice.BASELINE, moreBaseline.calls());
        }
        if (moreCandidate != null) {
            candidate.addAll(moreCandidate);
            count(days, day, LiveSlice.CANDIDATE, moreCandidate.calls());
        }
    }

    private static void count(SortedMap<LocalDate, DayCalls> days, LocalDate day, int variant, long calls) {
        if (calls > 0) {
            days.put(day, days.getOrDefault(day, new DayCalls(0, 0)).plus(variant, calls));
        }
    }

    /** How many days each variant had so many calls. */
    long daysOf(long calls) {
        return days.values().stream().filter(day -> day.least() >= calls).count();
    }
}
