package dev.understudy.benchmarks.sidebyside;

import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Says what is being measured, for whoever waits. */
final class Progress {

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private Progress() {}

    static void say(String format, Object... arguments) {
        System.err.println(
                LocalTime.now(ZoneOffset.UTC).format(CLOCK) + " " + String.format(Locale.ROOT, format, arguments));
    }
}
