package dev.understudy.evidence;

/**
 * A measured value between bounds that hold at every look at once, with 95 % probability. Immutable.
 *
 * @param value what was measured; not a number where nothing was
 * @param low the lower bound; not above the value
 * @param high the upper bound, which may be infinite; not below the value
 */
public record Estimate(double value, double low, double high) {

    /** Nothing was measured. */
    public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN);

    /** Checks the order. */
    public Estimate {
        if (low > value || value > high) {
            throw new IllegalArgumentException(
                    "An estimate lies between its bounds: " + low + ", " + value + ", " + high);
        }
    }

    /**
     * Says whether anything was measured.
     *
     * @return whether the value is a number
     */
    public boolean isKnown() {
        return !Double.isNaN(value);
    }
}
