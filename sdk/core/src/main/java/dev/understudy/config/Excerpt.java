package dev.understudy.config;

import java.util.regex.Pattern;

/**
 * Shows a piece of the file in a message: short, on one line, and not at all if it might be a key that somebody wrote in the
 * wrong place.
 */
final class Excerpt {

    private static final int MOST = 60;

    private static final Pattern SECRET = Pattern.compile(
            // What the keys of well-known services begin with, save for a setting of ours,
            "(?i)(?!token_limit$)(sk|pk|gsk|ghp|hf|xox[a-z]|key|bearer|basic|token)[-_ ].*|(AKIA|AIza|eyJ).*"
                    // or letters and digits, mixed, without the dashes and dots of a name.
                    + "|.*?(?=[A-Za-z0-9+=]{20})(?=[A-Za-z0-9+=]*[0-9])(?=[A-Za-z0-9+=]*[A-Za-z])[A-Za-z0-9+=]{20}.*",
            Pattern.DOTALL);

    private Excerpt() {}

    /** Text in quotes, or a description where it is better not shown. */
    static String quoted(String text) {
        if (text.isEmpty()) {
            return "''";
        }
        return mayBeSecret(text) ? "(not shown, it may be a key)" : "'" + printable(text) + "'";
    }

    /** A key of a map, as a part of a path. */
    static String key(String text) {
        return mayBeSecret(text) ? "(not shown)" : printable(text);
    }

    static boolean mayBeSecret(String text) {
        return SECRET.matcher(text.length() > 1000 ? text.substring(0, 1000) : text)
                .matches();
    }

    private static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && i < MOST; i++) {
            char c = text.charAt(i);
            shown.append(
                    Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return text.length() > MOST ? shown + "…" : shown.toString();
    }
}
