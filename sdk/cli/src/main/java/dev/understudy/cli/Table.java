package dev.understudy.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows for people: columns aligned, two blanks between them, {@value #WIDTH} characters wide at most where that can be. What
 * does not fit is wrapped within its column, the widest first, between words, so that nothing is cut. Where all columns are as
 * narrow as their words the table is wider: instants and names of states are not broken. Only what is longer than {@value
 * #LONGEST_WORD} characters is. Not thread-safe.
 */
final class Table {

    /** As wide as a page of ours gets. */
    static final int WIDTH = 100;

    /** Longer than an instant, a state or a name that people give; a key or an address may be longer, and is broken. */
    private static final int LONGEST_WORD = 36;

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final List<Boolean> numbers = new ArrayList<>();

    /**
     * Starts a table.
     *
     * @param heads the columns' heads; one that begins with {@code >} is a column of numbers, which ends at the right
     */
    Table(String... heads) {
        List<String> names = new ArrayList<>();
        for (String head : heads) {
            numbers.add(head.startsWith(">"));
            names.add(head.startsWith(">") ? head.substring(1) : head);
        }
        rows.add(names);
    }

    /** Adds a row; characters that could move a terminal's cursor become question marks. */
    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(harmless(cell.toString()));
        }
        rows.add(row);
        return this;
    }

    /** Text without what a terminal would obey. */
    static String harmless(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> safe.appendCodePoint(
                        Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c));
        return safe.toString();
    }

    /** All lines, heads first. */
    @Override
    public String toString() {
        int[] widths = widths();
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            List<List<String>> cells = new ArrayList<>();
            int lines = 1;
            for (int column = 0; column < row.size(); column++) {
                List<String> cell = wrap(row.get(column), widths[column]);
                cells.add(cell);
                lines = Math.max(lines, cell.size());
            }
            for (int line = 0; line < lines; line++) {
                StringBuilder one = new StringBuilder();
                for (int column = 0; column < cells.size(); column++) {
                    List<String> cell = cells.get(column);
                    String part = line < cell.size() ? cell.get(line) : "";
                    String blanks = " ".repeat(widths[column] - length(part));
                    one.append(column == 0 ? "" : GAP).append(numbers.get(column) ? blanks + part : part + blanks);
                }
                text.append(one.toString().stripTrailing()).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    private int[] widths() {
        int[] widths = new int[numbers.size()];
        int[] words = new int[widths.length];
        int sum = GAP.length() * (widths.length - 1);
        for (int column = 0; column < widths.length; column++) {
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], length(row.get(column)));
                for (String word : row.get(column).split(" ", -1)) {
                    words[column] = Math.max(words[column], Math.min(length(word), LONGEST_WORD));
                }
            }
            sum += widths[column];
        }
        for (int widest = widest(widths, words); sum > WIDTH && widest >= 0; widest = widest(widths, words)) {
            widths[widest]--;
            sum--;
        }
        return widths;
    }

    /** The widest column that is wider than it must be; -1 if there is none. */
    private static int widest(int[] widths, int[] least) {
        int widest = -1;
        for (int column = 0; column < widths.length; column++) {
            boolean wider = widest < 0 || widths[column] >= widths[widest];
            widest = widths[column] > least[column] && wider ? column : widest;
        }
        return widest;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Breaks text at blanks where it can, within a word where it must. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (length(rest) > width) {
            int end = rest.offsetByCodePoints(0, width);
            int blank = rest.lastIndexOf(' ', end);
            int cut = blank > 0 ? blank : end;
            lines.add(rest.substring(0, cut));
            rest = rest.substring(cut).stripLeading();
        }
        lines.add(rest);
        return lines;
    }
}
