package dev.understudy.cli;

import org.jspecify.annotations.Nullable;

/** A command that cannot do what it was asked to; its message is all that is shown: who, what state, what next. */
final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Refused(String sentence) {
        super(sentence);
    }

    Refused(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }

    /** The sentence. */
    String sentence() {
        return String.valueOf(getMessage());
    }
}
