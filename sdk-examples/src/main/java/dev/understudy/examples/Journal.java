package dev.understudy.examples;

import dev.understudy.examples.Callers.Tally;
import dev.understudy.examples.ModelServer.Mood;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Tells on the terminal how the models feel, and what a minute brought. The rest is in the SDK's log, which stands beside it. */
final class Journal {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final PrintStream out;

    Journal(PrintStream out) {
        this.out = out;
    }

    void say(String line) {
        out.println(TIME.format(Instant.now()) + "  " + line);
    }

    void mood(String model, Mood mood) {
        say(model + " is " + mood.words() + " from now on");
    }

    /** The line of a minute. */
    void minute(Tally past, long leftOut) {
        say(String.format(
                Locale.ROOT,
                "%,d calls in the last minute; %,d answered by the understudy, %,d errors",
                past.calls(),
                past.degraded(),
                past.failed()));
        if (leftOut > 0) {
            say(String.format(
                    Locale.ROOT,
                    "THE LOAD FALLS BEHIND: %,d arrivals of the last minute were left out, this machine is too busy",
                    leftOut));
        }
    }
}
