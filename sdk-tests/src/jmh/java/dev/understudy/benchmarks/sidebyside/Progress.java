package dev.understudy.benchmarks.sidebyside;

import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Says what is being measured, for whoever waits. */
final class Progress {

    private Progress() {}

    static void say(String format, Object... arguments) {
        System.err.println(LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS) + " "
                + String.format(Locale.ROOT, format, arguments));
    }
}
