package dev.understudy.insight;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The UTC days of one candidate's rollout, packed; days beyond {@value #MOST_DAYS} are added up. Used by one thread at a time.
 */
final class RolloutBook {

    static final int MOST_DAYS = 35;

    private static final int VARIANTS = 2;

    private Instant since;
    private final TreeMap<LocalDate, @Nullable PackedTally[]> days = new TreeMap<>();
    /** Older days, added up. */
    private @Nullable PackedTally[] earlier = new @Nullable PackedTally[VARIANTS];

    private final Units[] units = {new Units(), new Units()};

    RolloutBook(Instant since) {
        this.since = since;
    }

    Instant since() {
        return since;
    }

    /** Another process, or this one before its restart, may have begun earlier. */
    void began(Instant at) {
        if (at.isBefore(since)) {
            since = at;
        }
    }

    /** Adds to a day what was seen of a variant. */
    void add(LocalDate day, int variant, Tally more) {
        @Nullable PackedTally[] tallies = days.computeIfAbsent(day, fresh -> new @Nullable PackedTally[VARIANTS]);
        tallies[variant] = sum(tallies[variant], more);
        units[variant].addAll(more.units);
        while (days.size() > MOST_DAYS) {
            addUpOldest();
        }
    }

    private static PackedTally sum(@Nullable PackedTally packed, Tally more) {
        Tally sum = new Tally();
        if (packed != null) {
            packed.addTo(sum);
        }
        sum.addAll(more);
        return PackedTally.withoutUnits(sum);
    }

    /** Makes one day less that is told apart; false where only one is left. */
    boolean addUpOldest() {
        if (days.size() < 2) {
            return false;
        }
        @Nullable PackedTally[] oldest = days.pollFirstEntry().getValue();
        for (int variant = 0; variant < VARIANTS; variant++) {
            PackedTally more = oldest[variant];
            if (more != null) {
                Tally tally = new Tally();
                more.addTo(tally);
                earlier[variant] = sum(earlier[variant], tally);
            }
        }
        return true;
    }

    void addAll(RolloutBook other) {
        began(other.since);
        for (Entry entry : other.tallies()) {
            PackedTally known = tally(entry.day(), entry.variant());
            if (known == null) {
                put(entry);
            } else {
                Tally more = new Tally();
                entry.tally().addTo(more);
                put(new Entry(entry.day(), entry.variant(), sum(known, more)));
            }
        }
        for (int variant = 0; variant < VARIANTS; variant++) {
            units[variant].addAll(other.units[variant]);
        }
        while (days.size() > MOST_DAYS) {
            addUpOldest();
        }
    }

    private @Nullable PackedTally tally(@Nullable LocalDate day, int variant) {
        @Nullable PackedTally[] tallies = day == null ? earlier : days.get(day);
        return tallies == null ? null : tallies[variant];
    }

    /**
     * Makes sure that everything in here can be read.
     *
     * @throws IllegalArgumentException if it cannot
     */
    void check() {
        tallies().forEach(entry -> entry.tally().check());
    }

    boolean isEmpty() {
        return days.isEmpty();
    }

    /** What is written down of one variant on one day; the day is null for those that were added up. */
    record Entry(@Nullable LocalDate day, int variant, PackedTally tally) {}

    List<Entry> tallies() {
        List<Entry> entries = new ArrayList<>();
        for (int variant = 0; variant < VARIANTS; variant++) {
            PackedTally packed = earlier[variant];
            if (packed != null) {
                entries.add(new Entry(null, variant, packed));
            }
        }
        days.forEach((day, tallies) -> {
            for (int variant = 0; variant < VARIANTS; variant++) {
                PackedTally packed = tallies[variant];
                if (packed != null) {
                    entries.add(new Entry(day, variant, packed));
                }
            }
        });
        return entries;
    }

    /** Puts in what was read. */
    void put(Entry entry) {
        if (entry.day() == null) {
            earlier[entry.variant()] = entry.tally();
        } else {
            days.computeIfAbsent(entry.day(), fresh -> new @Nullable PackedTally[VARIANTS])[entry.variant()] =
                    entry.tally();
        }
    }

    Units units(int variant) {
        return units[variant];
    }
}
