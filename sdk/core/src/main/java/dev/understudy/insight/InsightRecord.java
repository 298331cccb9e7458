package dev.understudy.insight;

import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.store.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How insight is written down: the fields of the record {@code <agent>.insight}. Days and units are kept for each candidate by its
 * name, so that a mistake in the configuration destroys nothing; all else is about the moment of writing. Stateless.
 */
final class InsightRecord {

    static final String SUFFIX = ".insight";

    private static final String FORMAT = "format";
    private static final String VERSION = "1";
    private static final String DAY = "day/";
    private static final String EARLIER = "earlier";
    private static final String UNITS = "units/";
    private static final String SINCE = "since/";
    private static final String WINDOW = "window/";
    private static final String TIMELINE = "timeline/";
    private static final String EVIDENCE = "evidence/";

    /** Room for the escapes of names. */
    private static final int MOST_BYTES = StoredRecord.MAX_BYTES - 8_192;

    private InsightRecord() {}

    /** What is written about the moment. */
    record Moment(
            Subject subject,
            Findings findings,
            Instant at,
            Map<Span, Window> windows,
            Map<Resolution, PointRing> timelines) {}

    /** What was seen in a window, and since when. */
    record Window(Instant from, Tally baseline, Tally candidate) {}

    /** Refuses what was written by something else. */
    static void check(Map<String, String> fields) {
        if (!fields.isEmpty() && !VERSION.equals(fields.get(FORMAT))) {
            throw new IllegalArgumentException("Not insight of format " + VERSION + ", but " + fields.get(FORMAT));
        }
    }

    // Books

    /** The candidates that have a book here. */
    static List<String> candidates(Map<String, String> fields) {
        return fields.keySet().stream()
                .filter(name -> name.startsWith(SINCE))
                .map(name -> name.substring(SINCE.length()))
                .toList();
    }

    static @Nullable RolloutBook book(Map<String, String> fields, String candidate) {
        String since = fields.get(SINCE + candidate);
        if (since == null) {
            return null;
        }
        RolloutBook book = new RolloutBook(instant(since));
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (field.getKey().startsWith(DAY)) {
                String[] parts = field.getKey().split("/", 4);
                if (parts.length == 4 && parts[3].equals(candidate)) {
                    LocalDate day = parts[1].equals(EARLIER) ? null : date(parts[1]);
                    book.put(new RolloutBook.Entry(day, variant(parts[2]), PackedTally.parse(field.getValue())));
                }
            }
        }
        for (int variant = 0; variant < 2; variant++) {
            String units = fields.get(UNITS + name(variant) + "/" + candidate);
            if (units != null) {
                book.units(variant).addAll(Units.unpack(Base64.getDecoder().decode(units)));
            }
        }
        return book;
    }

    static void put(SortedMap<String, String> fields, String candidate, RolloutBook book) {
        remove(fields, candidate);
        fields.put(SINCE + candidate, book.since().toString());
        for (RolloutBook.Entry entry : book.tallies()) {
            fields.put(
                    DAY + (entry.day() == null ? EARLIER : entry.day()) + "/" + name(entry.variant()) + "/" + candidate,
                    entry.tally().text());
        }
        for (int variant = 0; variant < 2; variant++) {
            fields.put(
                    UNITS + name(variant) + "/" + candidate,
                    base64(book.units(variant).pack()));
        }
    }

    static void remove(SortedMap<String, String> fields, String candidate) {
        fields.remove(SINCE + candidate);
        fields.keySet()
                .removeIf(name -> (name.startsWith(DAY) && name.split("/", 4)[3].equals(candidate))
                        || name.equals(UNITS + name(0) + "/" + candidate)
                        || name.equals(UNITS + name(1) + "/" + candidate));
    }

    private static String name(int variant) {
        return variant == LiveSlice.BASELINE ? "baseline" : "candidate";
    }

    private static int variant(String name) {
        return name.equals("baseline") ? LiveSlice.BASELINE : LiveSlice.CANDIDATE;
    }

    // The moment

    static void put(SortedMap<String, String> fields, Moment moment) {
        fields.keySet()
                .removeIf(name -> name.startsWith(WINDOW) || name.startsWith(TIMELINE) || name.startsWith(EVIDENCE));
        Subject subject = moment.subject();
        fields.put(FORMAT, VERSION);
        fields.put("written", moment.at().toString());
        fields.put("baseline", subject.baseline());
        putOrRemove(fields, "candidate", subject.candidate());
        Duration p95 = subject.limits().p95();
        putOrRemove(fields, "limit.p95", p95 == null ? null : p95.toString());
        fields.put("limit.errors", Double.toString(subject.limits().errorRate()));
        Comparison.Split split = moment.findings().split();
        fields.put(
                "split",
                split.intendedShare() + " " + split.units() + " " + split.candidateUnits() + " " + split.logWealth());
        for (GuardEvidence one : moment.findings().evidence()) {
            fields.put(
                    EVIDENCE + one.guard().name().toLowerCase(Locale.ROOT),
                    one.logWealth() + " " + one.logStrictWealth() + " " + one.bad() + " " + one.total());
        }
        moment.windows().forEach((span, window) -> {
            fields.put(WINDOW + span + "/from", window.from().toString());
            fields.put(
                    WINDOW + span + "/baseline",
                    PackedTally.of(window.baseline()).text());
            fields.put(
                    WINDOW + span + "/candidate",
                    PackedTally.of(window.candidate()).text());
        });
        moment.timelines().forEach((resolution, points) -> fields.put(TIMELINE + resolution, base64(points.pack())));
    }

    private static void putOrRemove(Map<String, String> fields, String name, @Nullable String value) {
        if (value == null) {
            fields.remove(name);
        } else {
            fields.put(name, value);
        }
    }

    static Subject subject(String agent, Map<String, String> fields) {
        String p95 = fields.get("limit.p95");
        return new Subject(
                agent,
                required(fields, "baseline"),
                fields.get("candidate"),
                false,
                new Limits(p95 == null ? null : duration(p95), Double.parseDouble(required(fields, "limit.errors"))),
                null,
                () -> 0,
                () -> Findings.NONE);
    }

    static Findings findings(Map<String, String> fields) {
        String[] split = parts(required(fields, "split"), 4);
        List<GuardEvidence> evidence = new ArrayList<>();
        for (Guard guard : Guard.values()) {
            String text = fields.get(EVIDENCE + guard.name().toLowerCase(Locale.ROOT));
            if (text != null) {
                String[] parts = parts(text, 4);
                evidence.add(new GuardEvidence(
                        guard,
                        Double.parseDouble(parts[0]),
                        Double.parseDouble(parts[1]),
                        Long.parseLong(parts[2]),
                        Long.parseLong(parts[3])));
            }
        }
        return new Findings(
                evidence,
                new Comparison.Split(
                        Double.parseDouble(split[0]),
                        Long.parseLong(split[1]),
                        Long.parseLong(split[2]),
                        Double.parseDouble(split[3])));
    }

    static Instant written(Map<String, String> fields) {
        return instant(required(fields, "written"));
    }

    static Window window(Map<String, String> fields, Span span) {
        return new Window(
                instant(required(fields, WINDOW + span + "/from")),
                tally(fields, WINDOW + span + "/baseline"),
                tally(fields, WINDOW + span + "/candidate"));
    }

    private static Tally tally(Map<String, String> fields, String name) {
        Tally tally = new Tally();
        PackedTally.parse(required(fields, name)).addTo(tally);
        return tally;
    }

    static Map<Resolution, PointRing> timelines(Map<String, String> fields) {
        Map<Resolution, PointRing> timelines = new EnumMap<>(Resolution.class);
        for (Resolution resolution : Resolution.values()) {
            String text = fields.get(TIMELINE + resolution);
            if (text != null) {
                timelines.put(resolution, PointRing.unpack(Base64.getDecoder().decode(text), resolution.points()));
            }
        }
        return timelines;
    }

    private static String[] parts(String text, int number) {
        String[] parts = text.split(" ", -1);
        if (parts.length != number) {
            throw new IllegalArgumentException("Not insight: " + parts.length + " parts where " + number + " belong");
        }
        return parts;
    }

    private static String required(Map<String, String> fields, String name) {
        String text = fields.get(name);
        if (text == null) {
            throw new IllegalArgumentException("Not insight: there is no '" + name + "'");
        }
        return text;
    }

    private static Instant instant(String text) {
        return parsed(() -> Instant.parse(text));
    }

    private static Duration duration(String text) {
        return parsed(() -> Duration.parse(text));
    }

    private static LocalDate date(String text) {
        return parsed(() -> LocalDate.parse(text));
    }

    private static <T> T parsed(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (DateTimeException foreign) {
            throw new IllegalArgumentException("Not insight: no time", foreign);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    // Bounds

    /** Gives up, as long as it is too much, the oldest day of other candidates, then that of this one. */
    static void trim(SortedMap<String, String> fields, String candidate) {
        while (bytes(fields) > MOST_BYTES) {
            if (!dropOldestOfOthers(fields, candidate) && !addUpOldest(fields, candidate)) {
                fields.keySet().removeIf(name -> name.startsWith(TIMELINE));
                return;
            }
        }
    }

    private static boolean dropOldestOfOthers(SortedMap<String, String> fields, String candidate) {
        String oldest = null;
        Instant since = Instant.MAX;
        for (String other : candidates(fields)) {
            Instant began = instant(required(fields, SINCE + other));
            if (!other.equals(candidate) && began.isBefore(since)) {
                since = began;
                oldest = other;
            }
        }
        if (oldest != null) {
            remove(fields, oldest);
        }
        return oldest != null;
    }

    private static boolean addUpOldest(SortedMap<String, String> fields, String candidate) {
        RolloutBook book = book(fields, candidate);
        if (book == null || !book.addUpOldest()) {
            return false;
        }
        put(fields, candidate, book);
        return true;
    }

    private static long bytes(Map<String, String> fields) {
        long bytes = 0;
        for (Map.Entry<String, String> field : fields.entrySet()) {
            bytes += field.getKey().getBytes(StandardCharsets.UTF_8).length
                    + field.getValue().getBytes(StandardCharsets.UTF_8).length
                    + 2;
        }
        return bytes;
    }
}
