package dev.understudy.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One problem of a configuration, taken apart for a table or a program. The configuration's own sentence reads {@code line 14,
 * column 3: path: what is wrong; what would be right}, and each part but the third may be missing.
 *
 * @param line from 1, or null where the file as a whole is meant
 * @param column from 1, or null
 * @param path the setting, or null
 * @param what what is wrong
 * @param remedy what would be right, or null
 */
record Problem(
        @Nullable Integer line,
        @Nullable Integer column,
        @Nullable String path,
        String what,
        @Nullable String remedy) {

    private static final Pattern PLACE = Pattern.compile("line (\\d+)(?:, column (\\d+))?: (.*)", Pattern.DOTALL);
    private static final Pattern PATH = Pattern.compile("(\\S+(?: \\(from defaults\\))?): (.*)", Pattern.DOTALL);

    /** Takes a sentence apart. */
    static Problem parse(String sentence) {
        Integer line = null;
        Integer column = null;
        String path = null;
        String rest = sentence;
        Matcher place = PLACE.matcher(rest);
        if (place.matches()) {
            line = Integer.valueOf(place.group(1));
            column = place.group(2) == null ? null : Integer.valueOf(place.group(2));
            rest = place.group(3);
        }
        Matcher named = PATH.matcher(rest);
        if (named.matches()) {
            path = named.group(1);
            rest = named.group(2);
        }
        int end = remedy(rest);
        return end < 0
                ? new Problem(line, column, path, rest, null)
                : new Problem(line, column, path, rest.substring(0, end), rest.substring(end + 2));
    }

    /** Where the remedy's semicolon stands, outside of what is quoted from the file; -1 without a remedy. */
    private static int remedy(String sentence) {
        boolean quoted = false;
        for (int i = 0; i + 1 < sentence.length(); i++) {
            char c = sentence.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
            } else if (!quoted && c == ';' && sentence.charAt(i + 1) == ' ') {
                return i;
            }
        }
        return -1;
    }

    /** For programs. */
    Json json() {
        return Json.object()
                .put("line", line)
                .put("column", column)
                .put("path", path)
                .put("problem", what)
                .put("remedy", remedy);
    }
}
