package dev.understudy.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what is wrong with a file, and remembers which setting stands in which line. Not thread-safe. */
final class Problems {

    /** Nobody reads more, and a hostile file could have thousands. */
    static final int MOST = 100;

    private record Problem(int line, String text) {}

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Integer> lines = new HashMap<>();
    private int left;

    /** Remembers where a setting stands. */
    void place(Where where) {
        lines.putIfAbsent(where.path(), where.line());
    }

    /** Notes a problem. */
    void add(Where where, String sentence) {
        if (isFull()) {
            left++;
            return;
        }
        String path = where.path().isEmpty() ? "" : where.path() + ": ";
        problems.add(new Problem(where.line(), "line " + where.line() + ": " + path + sentence));
    }

    /** Notes a problem of the whole configuration in the line that it comes from. */
    void add(Finding finding) {
        String path = finding.path();
        Integer line = lines.get(path);
        if (line != null) {
            add(new Where(path, line), finding.sentence());
            return;
        }
        int setting = path.startsWith("agents.") ? afterName(path) : -1;
        Integer inherited = setting < 0 ? null : lines.get("defaults" + path.substring(setting));
        if (inherited != null) {
            add(new Where(path + " (from defaults)", inherited), finding.sentence());
            return;
        }
        add(new Where(path, enclosing(path)), finding.sentence());
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    /** Whether no more problems are kept, so that it is not worth the while to look for advice. */
    boolean isFull() {
        return problems.size() >= MOST;
    }

    /** One sentence for each problem, in the order of the file. */
    List<String> sentences() {
        List<String> sentences = new ArrayList<>(problems.size() + 1);
        problems.stream()
                .sorted(Comparator.comparingInt(Problem::line))
                .forEach(problem -> sentences.add(problem.text()));
        if (left > 0) {
            sentences.add("and " + left + " more");
        }
        return sentences;
    }

    /** The index of the dot behind an agent's name, which may hold dots itself; -1 if the path is not that of a setting. */
    private int afterName(String path) {
        for (int dot = path.indexOf('.', "agents.".length()); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            if (lines.containsKey(path.substring(0, dot))) {
                return dot;
            }
        }
        return -1;
    }

    private int enclosing(String path) {
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
            Integer line = lines.get(path.substring(0, dot));
            if (line != null) {
                return line;
            }
        }
        return 1;
    }
}
