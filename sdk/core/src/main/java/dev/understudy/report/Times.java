package dev.understudy.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How times look on the page: always UTC, and saying so. */
final class Times {

    private static final DateTimeFormatter CLOCK = formatter("HH:mm:ss");
    private static final DateTimeFormatter DATE = formatter("d MMM uuuu");
    private static final DateTimeFormatter LONG_DATE = formatter("EEEE, d MMMM uuuu");

    private Times() {}

    static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }

    /** "18:02:41". */
    static String clock(Instant at) {
        return CLOCK.format(at);
    }

    /** "20 Nov 2026". */
    static String date(Instant at) {
        return DATE.format(at);
    }

    /** "Friday, 20 November 2026". */
    static String longDate(Instant at) {
        return LONG_DATE.format(at);
    }

    /** "18:02:41 UTC", after its date if that is not the day of the report. */
    static String at(Instant at, Instant report) {
        return (date(at).equals(date(report)) ? "" : date(at) + ", ") + clock(at) + " UTC";
    }

    /** "26 h 5 min": the two largest parts. */
    static String length(Duration duration) {
        long[] parts = {
            duration.toDays(), duration.toHoursPart(), duration.toMinutesPart(), duration.toSecondsPart(),
        };
        String[] units = {"d", "h", "min", "s"};
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] != 0) {
                String largest = part(parts[i], units[i]);
                return i + 1 < parts.length && parts[i + 1] != 0
                        ? largest + " " + part(parts[i + 1], units[i + 1])
                        : largest;
            }
        }
        return duration.isZero() ? part(0, "s") : Numbers.millis(millis(duration));
    }

    private static String part(long count, String unit) {
        return Numbers.count(count) + '\u202F' + unit;
    }

    /** Seconds since 1970, for axes. */
    static double seconds(Instant at) {
        return at.getEpochSecond() + at.getNano() / 1e9;
    }

    static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }

    static double millis(Duration duration) {
        return seconds(duration) * 1e3;
    }

    /** A time with its machine-readable form. */
    static void write(Html html, Instant at, String shown) {
        html.leaf("time", shown, "datetime", at.toString());
    }
}
