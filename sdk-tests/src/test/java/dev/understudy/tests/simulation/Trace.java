package dev.understudy.tests.simulation;

import java.util.ArrayList;
import java.util.List;

/** What happened in one run, line by line, in the words in which a failing seed is explained. Not thread-safe. */
final class Trace {

    private final List<String> lines = new ArrayList<>();

    void add(long elapsedNanos, String who, String what) {
        StringBuilder line = new StringBuilder(80);
        seconds(elapsedNanos, line);
        lines.add(line.append("  ").append(who).append("  ").append(what).toString());
    }

    int size() {
        return lines.size();
    }

    String last(int count) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
    }

    /** Everything, to be compared byte by byte. */
    @Override
    public String toString() {
        return String.join("\n", lines);
    }

    /** {@code 12.000345678}: by hand, for there are millions of lines. */
    private static void seconds(long nanos, StringBuilder to) {
        to.append(nanos / 1_000_000_000).append('.');
        String fraction = Long.toString(nanos % 1_000_000_000);
        for (int i = fraction.length(); i < 9; i++) {
            to.append('0');
        }
        to.append(fraction);
    }
}
