package dev.understudy.config;

/** A value that is not what its key wants; becomes a problem of that key. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    /** Says what is wrong and what would be right. */
    Refusal(String sentence) {
        super(sentence, null, false, false);
    }

    /** What is wrong and what would be right. */
    String sentence() {
        return String.valueOf(getMessage());
    }
}
