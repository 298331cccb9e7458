package dev.understudy.examples;

import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a page shows of an output. Numbers, times and layout differ from run to run and do not count; {@code …} stands for what
 * the page leaves out, within a line or as a line.
 *
 * @param lines as they stand on the page
 */
record Shown(List<String> lines) {

    private static final String LEFT_OUT = "…";
    private static final Pattern NUMBER = Pattern.compile("\\d(?:[\\d.,:TZ-]*[\\dZ])?|(?<= to )\\?");

    /** Whether each line is there, in this order. */
    boolean isShapeOf(List<String> actual) {
        Iterator<String> rest = actual.iterator();
        return lines.stream().filter(line -> !line.strip().equals(LEFT_OUT)).allMatch(line -> isAmong(line, rest));
    }

    private static boolean isAmong(String line, Iterator<String> rest) {
        Pattern wanted = Pattern.compile(Pattern.quote(shape(line)).replace(LEFT_OUT, "\\E.*\\Q"));
        while (rest.hasNext()) {
            if (wanted.matcher(shape(rest.next())).matches()) {
                return true;
            }
        }
        return false;
    }

    private static String shape(String line) {
        return NUMBER.matcher(line).replaceAll("#").replaceAll("\\s+", " ").strip();
    }

    /** Whether each series is there, in whatever order; nothing is only nothing, and something is not. */
    boolean areAmong(List<String> series) {
        List<String> there = series.stream().map(Shown::series).toList();
        return lines.stream()
                .filter(line -> !line.strip().equals(LEFT_OUT))
                .map(Shown::series)
                .allMatch(there::contains);
    }

    private static String series(String line) {
        int end = line.strip().lastIndexOf(' ');
        String value = line.strip().substring(end + 1);
        boolean isSomething = Double.isFinite(Double.parseDouble(value)) && Double.parseDouble(value) != 0;
        return line.strip().substring(0, end).strip() + (isSomething ? " #" : " " + value);
    }
}
