package dev.understudy.error;

import org.jspecify.annotations.Nullable;

/**
 * State that was written down could not be read or written. Two cases need different hands: a record that is {@linkplain
 * #damaged() damaged} stays refused until a person sets it aside; anything else (a full disk, missing permission, a lock
 * that another process keeps) ends when its cause does. Names and numbers are all that a message holds.
 */
public final class StoreException extends UnderstudyException {

    private static final long serialVersionUID = 1L;

    private final String location;
    private final boolean damaged;

    private StoreException(String location, String what, String next, boolean damaged, @Nullable Throwable cause) {
        super("State " + location + " " + what + "; " + next, cause, true);
        this.location = location;
        this.damaged = damaged;
    }

    /**
     * Refuses a record that must not be believed: torn, changed, foreign, lost, or of a newer format.
     *
     * @param location where it lies, such as the path of its file
     * @param what what is wrong with it, such as {@code is torn: it ends in the middle of line 7}
     * @param next what a person should do now
     * @param cause what it was caused by, or null
     * @return a new exception
     */
    public static StoreException damaged(String location, String what, String next, @Nullable Throwable cause) {
        return new StoreException(location, what, next, true, cause);
    }

    /**
     * Reports that the store could not do its work; the record itself may be sound.
     *
     * @param location where the record lies, such as the path of its file
     * @param what what could not be done and why, such as {@code cannot be written: no space left on device}
     * @param next what a person should do now
     * @param cause what it was caused by, or null
     * @return a new exception
     */
    public static StoreException unavailable(String location, String what, String next, @Nullable Throwable cause) {
        return new StoreException(location, what, next, false, cause);
    }

    /**
     * Returns where the record lies.
     *
     * @return for example the path of its file
     */
    public String location() {
        return location;
    }

    /**
     * Says whether the record itself is at fault: it stays refused until somebody sets it aside.
     *
     * @return false where trying again may help
     */
    public boolean damaged() {
        return damaged;
    }
}
