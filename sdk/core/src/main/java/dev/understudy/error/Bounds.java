package dev.understudy.error;

import java.time.Duration;

/** Bounds of settings, checked where the setting is declared. */
public final class Bounds {

    private Bounds() {}

    /**
     * Refuses a number that is out of bounds.
     *
     * @param setting the setting's name in the configuration
     * @param value the number
     * @param least the smallest that is allowed
     * @param most the largest that is allowed
     * @throws IllegalArgumentException if it is not between the two
     */
    public static void check(String setting, long value, long least, long most) {
        if (value < least || value > most) {
            throw refusal(setting, value, least, most);
        }
    }

    /**
     * Refuses a fraction that is out of bounds, or not a number.
     *
     * @param setting the setting's name in the configuration
     * @param value the fraction
     * @param least the smallest that is allowed
     * @param most the largest that is allowed
     * @throws IllegalArgumentException if it is not between the two
     */
    public static void check(String setting, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw refusal(setting, value, least, most);
        }
    }

    /**
     * Refuses a duration that is out of bounds.
     *
     * @param setting the setting's name in the configuration
     * @param value the duration
     * @param least the shortest that is allowed
     * @param most the longest that is allowed
     * @throws IllegalArgumentException if it is not between the two
     */
    public static void check(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw refusal(setting, spell(value), spell(least), spell(most));
        }
    }

    /**
     * Spells a duration as the configuration does.
     *
     * @param value the duration
     * @return for example {@code 1.5s}
     */
    public static String spell(Duration value) {
        long nanos = value.toNanos();
        if (nanos % 1_000_000 != 0) {
            return nanos / 1e6 + "ms";
        }
        long millis = nanos / 1_000_000;
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static IllegalArgumentException refusal(String setting, Object value, Object least, Object most) {
        return new IllegalArgumentException(setting + " is between " + least + " and " + most + ", not " + value);
    }
}
