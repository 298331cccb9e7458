package dev.understudy.time;

/**
 * A source of elapsed time in nanoseconds with an arbitrary origin, as {@link System#nanoTime()}: only differences have a
 * meaning. Implementations are thread-safe and never go backwards.
 */
@FunctionalInterface
public interface Ticker {

    /**
     * Returns the current reading.
     *
     * @return nanoseconds since an arbitrary but fixed origin; may be negative
     */
    long nanoTime();

    /**
     * Returns the ticker of this machine.
     *
     * @return {@link System#nanoTime()}
     */
    static Ticker system() {
        return System::nanoTime;
    }
}
