package dev.understudy.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Guesses what somebody meant by a name that does not exist. */
final class NearestName {

    private static final int SHORT = 300;

    private NearestName() {}

    /**
     * Says what to write instead of an unknown name.
     *
     * @param unknown the name that was written
     * @param known the names that exist
     * @param none what to say where none exists
     * @return the nearest name, or the list of them where it is short: a clause that can follow a semicolon
     */
    static String advice(String unknown, Collection<String> known, String none) {
        if (known.isEmpty()) {
            return none;
        }
        return nearest(unknown, known)
                .map(name -> "did you mean '" + name + "'?")
                .orElseGet(() -> {
                    String all = String.join(", ", known);
                    return all.length() <= SHORT ? "known: " + all : "none of " + known.size() + " others is like it";
                });
    }

    /** The name with the least edit distance, if it is near enough to be a slip. */
    static Optional<String> nearest(String unknown, Collection<String> known) {
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        // A third of the letters may differ; more is another word. Long input is not compared: it is no slip.
        int limit = Math.max(1, unknown.length() / 3);
        if (unknown.length() > 100) {
            return Optional.empty();
        }
        for (String name : known) {
            int distance = distance(unknown, name);
            if (distance <= limit && distance < bestDistance) {
                best = name;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Optimal string alignment distance (insert, delete, replace, swap two neighbours), blind to case, dashes and underscores. */
    static int distance(String left, String right) {
        String a = normal(left);
        String b = normal(right);
        int[] before = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(last[j], row[j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            int[] free = before;
            before = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }

    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }
}
