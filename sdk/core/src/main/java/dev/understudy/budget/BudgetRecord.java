package dev.understudy.budget;

import dev.understudy.event.BudgetPeriod;
import dev.understudy.store.StoredRecord;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An agent's spending as text: the sums of its latest periods, and who wrote last.
 *
 * <pre>
 * format=1
 * day 2026-11-21T00:00:00Z spent=20.025
 * day 2026-11-21T00:00:00Z told=20:80 20:100
 * writer 5f0c6d1e9b7a2438=57
 * </pre>
 *
 * A period is found again by its beginning, so that a clock that is set back goes on where it was. {@code told} are the limits
 * and per cents that somebody was told of. {@code writer} has the epoch of a process's latest write: where the store failed in
 * the middle of one, that tells whether it happened. Not thread-safe.
 */
final class BudgetRecord {

    static final String SUFFIX = ".budget";

    /** Periods of each length, and writers, that are remembered. */
    static final int MOST_PERIODS = 8;

    private static final int MOST_WRITERS = 32;
    private static final int MOST_TOLD = 16;

    private static final String FORMAT = "format";
    private static final String VERSION = "1";
    private static final String WRITER = "writer";
    private static final String SPENT = "spent";
    private static final String TOLD = "told";

    private record Period(BudgetPeriod per, Instant from) implements Comparable<Period> {
        private static final Comparator<Period> ORDER =
                Comparator.comparing(Period::per).thenComparing(Period::from);

        @Override
        public int compareTo(Period other) {
            return ORDER.compare(this, other);
        }
    }

    /** What is stored is something else; its message holds names of fields, and no values. */
    static final class Unreadable extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** What was spent in a period, and what was told of it. */
    static final class Entry {
        private long spent;
        private final Set<String> told = new LinkedHashSet<>();

        long spent() {
            return spent;
        }

        void spent(long sum) {
            spent = sum;
        }

        Set<String> told() {
            return told;
        }
    }

    private final SortedMap<Period, Entry> periods = new TreeMap<>();
    private final SortedMap<String, Long> writers = new TreeMap<>();

    private BudgetRecord() {}

    /** Nothing spent yet. */
    static BudgetRecord empty() {
        return new BudgetRecord();
    }

    /**
     * Reads what {@link #fields} wrote.
     *
     * @throws Unreadable if it is something else
     */
    static BudgetRecord of(StoredRecord stored) {
        BudgetRecord record = new BudgetRecord();
        if (stored.isBlank()) {
            return record;
        }
        if (!VERSION.equals(stored.fields().get(FORMAT))) {
            throw new Unreadable(
                    "it is of another format than " + VERSION
                            + ", the one that is known here: a newer version of Understudy wrote it",
                    null);
        }
        stored.fields().forEach(record::read);
        return record;
    }

    private void read(String name, String value) {
        String[] words = name.split(" ", -1);
        if (words.length == 1 && words[0].equals(FORMAT)) {
            return;
        }
        try {
            if (words.length == 2 && words[0].equals(WRITER)) {
                writers.put(words[1], Long.parseLong(value));
                return;
            }
            if (words.length == 3 && words[2].equals(SPENT)) {
                entry(period(words[0]), Instant.parse(words[1])).spent(Money.parse(value));
                return;
            }
            if (words.length == 3 && words[2].equals(TOLD)) {
                entry(period(words[0]), Instant.parse(words[1])).told().addAll(Arrays.asList(value.split(" ")));
                return;
            }
        } catch (DateTimeException | IllegalArgumentException malformed) {
            throw new Unreadable("its field '" + name + "' cannot be understood", malformed);
        }
        throw new Unreadable("its field '" + name + "' is not known here", null);
    }

    private static BudgetPeriod period(String tag) {
        for (BudgetPeriod each : BudgetPeriod.values()) {
            if (each.tag().equals(tag)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no period");
    }

    /** What is known of a period; nothing yet where it is new. */
    Entry entry(BudgetPeriod per, Instant from) {
        return periods.computeIfAbsent(new Period(per, from), any -> new Entry());
    }

    /** The epoch of a process's latest write; 0 where it is not remembered. */
    long epochOf(String writer) {
        return writers.getOrDefault(writer, 0L);
    }

    /** The text of a write, with what is too old left out. */
    SortedMap<String, String> fields(String writer, long epoch) {
        writers.put(writer, epoch);
        while (writers.size() > MOST_WRITERS) {
            writers.remove(writers.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .orElseThrow()
                    .getKey());
        }
        SortedMap<String, String> fields = new TreeMap<>();
        fields.put(FORMAT, VERSION);
        writers.forEach((name, last) -> fields.put(WRITER + " " + name, Long.toString(last)));
        for (BudgetPeriod per : BudgetPeriod.values()) {
            SortedMap<Period, Entry> kept = new TreeMap<>(periods);
            kept.keySet().removeIf(period -> period.per() != per);
            while (kept.size() > MOST_PERIODS) {
                kept.remove(kept.firstKey());
            }
            kept.forEach((period, entry) -> {
                String name = per.tag() + " " + period.from() + " ";
                fields.put(name + SPENT, Money.text(entry.spent()));
                if (!entry.told().isEmpty()) {
                    fields.put(
                            name + TOLD,
                            String.join(
                                    " ",
                                    entry.told().stream()
                                            .skip(Math.max(0, entry.told().size() - MOST_TOLD))
                                            .toList()));
                }
            });
        }
        return fields;
    }
}
