package dev.understudy.benchmarks.sidebyside;

import java.util.LinkedHashMap;
import java.util.Map;

/** Named figures, as text between processes: a line for each, marked, so that other people's output does no harm. */
final class Figures {

    private static final String MARK = "figure ";

    private final Map<String, Double> values = new LinkedHashMap<>();

    Figures put(String name, double value) {
        values.put(name, value);
        return this;
    }

    /** Takes a line of output, if it is one of ours. */
    void read(String line) {
        if (line.startsWith(MARK)) {
            String[] words = line.strip().split(" ");
            values.put(words[1], Double.parseDouble(words[2]));
        }
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** A figure; not a number where it was not measured. */
    double get(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder();
        values.forEach((name, value) ->
                lines.append(MARK).append(name).append(' ').append(value).append('\n'));
        return lines.toString();
    }
}
