package dev.understudy.budget;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Amounts of money as whole billionths of the currency: additions are exact, whatever their order. A token for 0.01 per million
 * is ten of them. Amounts that no budget has are cut, so that no sum overflows: a provider may report any number of tokens.
 */
final class Money {

    /** More than any limit: two thousand million of the currency. */
    static final long MOST = 2_000_000_000_000_000_000L;

    /** The most that one call is believed to have cost: a million. */
    private static final long MOST_AT_ONCE = 1_000_000_000_000_000L;

    private static final double ONE = 1e9;
    private static final int DECIMALS = 9;

    private Money() {}

    /** What a call cost; nothing where that is no amount. */
    static long spent(double amount) {
        return amount > 0 ? Math.min(Math.round(amount * ONE), MOST_AT_ONCE) : 0;
    }

    /** A limit. */
    static long limit(double amount) {
        return BigDecimal.valueOf(amount)
                .movePointRight(DECIMALS)
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    static long sum(long one, long other) {
        return Math.min(MOST, one + other);
    }

    static double amount(long billionths) {
        return billionths / ONE;
    }

    /** As it is written down: exact, without an exponent. */
    static String text(long billionths) {
        return billionths == 0
                ? "0"
                : BigDecimal.valueOf(billionths, DECIMALS).stripTrailingZeros().toPlainString();
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static long parse(String text) {
        long billionths;
        try {
            billionths = new BigDecimal(text).movePointRight(DECIMALS).longValueExact();
        } catch (ArithmeticException tooFine) {
            throw new IllegalArgumentException("an amount is out of bounds", tooFine);
        }
        if (billionths < 0 || billionths > MOST || !text(billionths).equals(text)) {
            throw new IllegalArgumentException("an amount is not written as Understudy writes it");
        }
        return billionths;
    }
}
