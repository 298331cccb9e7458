package dev.understudy.rollout;

import java.math.BigDecimal;

/**
 * A share of traffic, in steps of 0.001 %. Immutable.
 *
 * @param thousandths thousandths of a per cent, from 0 (nobody) to 100,000 (everybody)
 */
public record Share(int thousandths) implements Comparable<Share> {

    /** Nobody. */
    public static final Share NONE = new Share(0);
    /** Everybody. */
    public static final Share ALL = new Share(100_000);

    /** Checks the bounds. */
    public Share {
        if (thousandths < 0 || thousandths > 100_000) {
            throw new IllegalArgumentException("A share is between 0 % and 100 %, not " + thousandths / 1000.0 + " %");
        }
    }

    /**
     * A share of so many per cent.
     *
     * @param percent 0 to 100, at most three decimals
     * @return a new share
     * @throws IllegalArgumentException if it is out of bounds or finer than 0.001 %
     */
    public static Share percent(double percent) {
        if (!Double.isFinite(percent)) {
            throw new IllegalArgumentException("A share is between 0 % and 100 %, not " + percent);
        }
        try {
            return new Share(BigDecimal.valueOf(percent).movePointRight(3).intValueExact());
        } catch (ArithmeticException tooFine) {
            throw new IllegalArgumentException(
                    "A share is between 0 % and 100 % in steps of 0.001 %, not " + percent + " %", tooFine);
        }
    }

    /**
     * Returns the share in per cent.
     *
     * @return 0 to 100
     */
    public double percent() {
        return thousandths / 1000.0;
    }

    @Override
    public int compareTo(Share other) {
        return Integer.compare(thousandths, other.thousandths);
    }

    @Override
    public String toString() {
        return BigDecimal.valueOf(thousandths, 3).stripTrailingZeros().toPlainString() + "%";
    }
}
