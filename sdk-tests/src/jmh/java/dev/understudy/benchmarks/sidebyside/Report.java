package dev.understudy.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The result as Markdown: tables of figures, and beneath each the goals of the design with what became of them. */
final class Report {

    private final StringBuilder text = new StringBuilder();
    private final List<String> goals = new ArrayList<>();

    Report paragraph(String words) {
        text.append(words).append("\n\n");
        return this;
    }

    /** Begins a table; the first column is text, the others are figures. */
    Report columns(String... titles) {
        row(List.of(titles));
        text.append("| ---").append(" | ---:".repeat(titles.length - 1)).append(" |\n");
        return this;
    }

    Report row(String title, String... cells) {
        List<String> all = new ArrayList<>(List.of(title));
        all.addAll(List.of(cells));
        return row(all);
    }

    private Report row(List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        return this;
    }

    /** Keeps a goal for the end of the table. */
    Report atMost(String what, double bound, String format, double value) {
        return goal(what, "at most " + number(format, bound), value <= bound, format, value);
    }

    /** Keeps a goal for the end of the table. */
    Report atLeast(String what, double bound, String format, double value) {
        return goal(what, "at least " + number(format, bound), value >= bound, format, value);
    }

    private Report goal(String what, String bound, boolean met, String format, double value) {
        if (!Double.isNaN(value)) {
            goals.add(what + ": " + number(format, value) + " (" + bound + ": " + (met ? "met" : "**missed**") + ")");
        }
        return this;
    }

    /** Ends a table. */
    Report goals() {
        text.append('\n');
        if (!goals.isEmpty()) {
            paragraph("Goals for Understudy, with its defaults. " + String.join("; ", goals) + ".");
        }
        goals.clear();
        return this;
    }

    /** A figure for a cell; a dash where it was not measured. */
    static String number(String format, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
