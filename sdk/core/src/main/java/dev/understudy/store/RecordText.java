package dev.understudy.store;

import java.nio.charset.StandardCharsets;

/**
 * How names and values are written: on one line each, in UTF-8. A backslash, line breaks, control and invisible formatting
 * characters, and halves of characters are escaped, so that any text comes back as it was, and an editor shows all of it.
 * The ranges are spelled out, because what the JDK calls a formatting character changes with its version.
 */
final class RecordText {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private RecordText() {}

    /** The bytes of the line {@code name=value}, with its end. */
    static int bytesOf(String name, String value) {
        // Nothing that is left after escaping has no UTF-8.
        return line(name, value).getBytes(StandardCharsets.UTF_8).length;
    }

    /** The line {@code name=value}, with its end. */
    static String line(String name, String value) {
        StringBuilder line = new StringBuilder(name.length() + value.length() + 16);
        escape(line, name, true);
        line.append('=');
        escape(line, value, false);
        return line.append('\n').toString();
    }

    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        escape(escaped, text, false);
        return escaped.toString();
    }

    private static void escape(StringBuilder to, String text, boolean name) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (isHidden(c) || (name && c == '=') || isHalf(text, i)) {
                        to.append("\\u");
                        for (int shift = 12; shift >= 0; shift -= 4) {
                            to.append(HEX[(c >> shift) & 0xf]);
                        }
                    } else {
                        to.append(c);
                    }
                }
            }
        }
    }

    private static boolean isHidden(char c) {
        return c < ' '
                || (c >= 0x7f && c < 0xa0)
                || c == 0xad
                || (c >= 0x200b && c <= 0x200f)
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2060 && c <= 0x206f)
                || c == 0xfeff;
    }

    private static boolean isHalf(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }

    /**
     * Takes the escapes back.
     *
     * @throws IllegalArgumentException if one is none of ours
     */
    static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        int next = 0;
        while (next < text.length()) {
            char c = text.charAt(next++);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            switch (next < text.length() ? text.charAt(next++) : ' ') {
                case '\\' -> plain.append('\\');
                case 'n' -> plain.append('\n');
                case 'r' -> plain.append('\r');
                case 't' -> plain.append('\t');
                case 'u' -> {
                    if (next + 4 > text.length()) {
                        throw new IllegalArgumentException("an escape is cut");
                    }
                    plain.append((char) Integer.parseInt(text, next, next + 4, 16));
                    next += 4;
                }
                default -> throw new IllegalArgumentException("an escape is unknown");
            }
        }
        return plain.toString();
    }
}
