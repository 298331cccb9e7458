package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/** A configuration file was not changed: its message says why and what next. The file is as it was. */
public final class EditRefusedException extends UnderstudyException {

    private static final long serialVersionUID = 1L;

    /**
     * Refuses.
     *
     * @param sentence why, and what next
     */
    public EditRefusedException(String sentence) {
        this(sentence, null);
    }

    /**
     * Refuses because of something else.
     *
     * @param sentence why, and what next
     * @param cause what it was caused by, or null
     */
    public EditRefusedException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause, true);
    }

    /**
     * Returns why.
     *
     * @return the message
     */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
