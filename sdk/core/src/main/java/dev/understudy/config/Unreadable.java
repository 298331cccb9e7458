package dev.understudy.config;

/** The file cannot be read any further; thrown from deep within and caught by {@link ConfigurationReader}. */
final class Unreadable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong and what would be right. */
    Unreadable(String sentence) {
        super(sentence, null, false, false);
    }

    /** Says it of a line, from 1. */
    Unreadable(int line, String sentence) {
        this("line " + line + ": " + sentence);
    }

    /** Says it of a line and a column, both from 1. */
    Unreadable(int line, int column, String sentence) {
        this("line " + line + ", column " + column + ": " + sentence);
    }

    /** What is wrong. */
    String sentence() {
        return String.valueOf(getMessage());
    }
}
