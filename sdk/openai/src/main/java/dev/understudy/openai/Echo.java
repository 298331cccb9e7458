package dev.understudy.openai;

import java.util.Arrays;

/**
 * Finds in a short text whatever it repeats of long ones, by Karp and Rabin: the short text's pieces of {@value #PIECE}
 * characters go into a table, and a rolling hash of the long text is looked up in it, so that a prompt of a megabyte is
 * read once, whatever the error says. Letter case does not count. Used for one text, by one thread.
 */
final class Echo {

    /** Shorter matches are chance: every text shares some six letters with every other. */
    static final int PIECE = 8;
    /** A long text that is itself shorter than a piece is looked for as a whole, from this length on. */
    private static final int SHORTEST_WHOLE = 4;

    private static final int BASE = 31;
    private static final int LEAVING = power(BASE, PIECE - 1);
    private static final int TABLE = 1024;
    private static final int NONE = -1;

    private final char[] text;
    private final boolean[] hidden;
    /** The first piece for each slot of the table, and for each piece the next of the same slot. */
    private final int[] first = new int[TABLE];

    private final int[] next;
    private final int[] hashes;

    /** Prepares a short text; its length is what this costs in memory. */
    Echo(String shown) {
        text = folded(shown);
        hidden = new boolean[text.length];
        int pieces = Math.max(0, text.length - PIECE + 1);
        next = new int[pieces];
        hashes = new int[pieces];
        Arrays.fill(first, NONE);
        int hash = 0;
        for (int i = 0; i < text.length; i++) {
            hash = roll(hash, text, i);
            int start = i - PIECE + 1;
            if (start >= 0) {
                hashes[start] = hash;
                next[start] = first[slot(hash)];
                first[slot(hash)] = start;
            }
        }
    }

    /** Hides what the text repeats of this one. */
    void hide(String source) {
        if (source.length() < PIECE) {
            if (source.length() >= SHORTEST_WHOLE) {
                hideWhole(folded(source));
            }
            return;
        }
        char[] window = new char[PIECE];
        int hash = 0;
        for (int i = 0; i < source.length(); i++) {
            int at = i % PIECE;
            char leaving = window[at];
            char entering = fold(source.charAt(i));
            window[at] = entering;
            hash = (hash - (i >= PIECE ? leaving * LEAVING : 0)) * BASE + entering;
            if (i >= PIECE - 1) {
                for (int start = first[slot(hash)]; start != NONE; start = next[start]) {
                    if (hashes[start] == hash && matches(start, window, at + 1)) {
                        hide(start, start + PIECE);
                    }
                }
            }
        }
    }

    /** Hides a part. */
    void hide(int from, int to) {
        Arrays.fill(hidden, from, Math.min(to, hidden.length), true);
    }

    /** Says whether a character is to be hidden. */
    boolean isHidden(int index) {
        return hidden[index];
    }

    private void hideWhole(char[] source) {
        for (int start = 0; start + source.length <= text.length; start++) {
            if (Arrays.equals(text, start, start + source.length, source, 0, source.length)) {
                hide(start, start + source.length);
            }
        }
    }

    private boolean matches(int start, char[] window, int windowStart) {
        for (int i = 0; i < PIECE; i++) {
            if (text[start + i] != window[(windowStart + i) % PIECE]) {
                return false;
            }
        }
        return true;
    }

    private static int roll(int hash, char[] chars, int i) {
        int kept = i >= PIECE ? hash - chars[i - PIECE] * LEAVING : hash;
        return kept * BASE + chars[i];
    }

    private static int slot(int hash) {
        return (hash * 0x9E3779B9) >>> 22;
    }

    private static char[] folded(String text) {
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            chars[i] = fold(chars[i]);
        }
        return chars;
    }

    private static char fold(char c) {
        return c < 0x80 ? (c >= 'A' && c <= 'Z' ? (char) (c + 32) : c) : Character.toLowerCase(c);
    }

    private static int power(int base, int exponent) {
        int result = 1;
        for (int i = 0; i < exponent; i++) {
            result *= base;
        }
        return result;
    }
}
