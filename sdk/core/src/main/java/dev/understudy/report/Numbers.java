package dev.understudy.report;

import dev.understudy.evidence.Estimate;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** How numbers look on the page: thin spaces between thousands and before units, three digits that matter, never more. */
final class Numbers {

    /** Nothing was measured. */
    static final String NONE = "–";

    private static final char THIN = '\u202F';
    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    /** From here on digits are powers of ten. */
    private static final double HUGE = 1e9;

    private Numbers() {}

    static String count(long count) {
        StringBuilder digits = new StringBuilder(Long.toString(count));
        int first = count < 0 ? 1 : 0;
        for (int i = digits.length() - 3; i > first; i -= 3) {
            digits.insert(i, THIN);
        }
        return digits.toString();
    }

    /** For where there is little room: "7.9 M". */
    static String compact(double count) {
        String[] units = {"", "k", "M", "G", "T", "P", "E"};
        int unit = 0;
        while (count >= (unit == 0 ? 9_999.5 : 999.5) && unit < units.length - 1) {
            count /= 1000;
            unit++;
        }
        return unit == 0 ? count(Math.round(count)) : decimal(count) + THIN + units[unit];
    }

    /** "1 bad call", "3 bad calls". */
    static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    static String millis(double millis) {
        if (!Double.isFinite(millis)) {
            return unusual(millis);
        }
        if (millis >= 999.5) {
            return decimal(millis / 1000) + THIN + "s";
        }
        return (millis >= 10 ? fixed(millis, 0) : millis >= 1 ? fixed(millis, 1) : fixed(millis, 2)) + THIN + "ms";
    }

    /** A rate of 0 to 1. */
    static String rate(double rate) {
        if (!Double.isFinite(rate)) {
            return unusual(rate);
        }
        double percent = rate * 100;
        if (percent > 0 && percent < 0.01) {
            return "<" + THIN + "0.01" + THIN + "%";
        }
        if (percent < 100 && percent >= 99.95) {
            return ">" + THIN + "99.9" + THIN + "%";
        }
        return fixed(percent, percent < 1 ? 2 : percent < 10 ? 2 : 1) + THIN + "%";
    }

    /** A share of 0 to 100, as exact as it was configured. */
    static String share(double percent) {
        return Double.isFinite(percent) ? fixed(percent, 3) + THIN + "%" : unusual(percent);
    }

    /** A number with three digits that matter. */
    static String decimal(double value) {
        if (!Double.isFinite(value)) {
            return unusual(value);
        }
        double size = Math.abs(value);
        if (size >= HUGE) {
            return scientific(Math.log10(size), value < 0);
        }
        if (size >= 99.95) {
            return count(Math.round(value));
        }
        return plain(BigDecimal.valueOf(value).round(new MathContext(3, RoundingMode.HALF_UP)));
    }

    /** Evidence, given by its natural logarithm, for it may be larger than any double. */
    static String wealth(double log) {
        if (log == Double.POSITIVE_INFINITY || log > Math.log(1e6)) {
            return Double.isInfinite(log) ? "∞" : scientific(log / Math.log(10), false);
        }
        double wealth = Math.exp(log);
        return wealth < 0.01 ? "<" + THIN + "0.01" : wealth < 10 ? fixed(wealth, 2) : fixed(wealth, 0);
    }

    /** "298 to 331 ms"; empty where nothing was measured. */
    static String millisBounds(Estimate estimate) {
        return estimate.isKnown() ? range(millis(estimate.low()), millis(estimate.high())) : "";
    }

    static String rateBounds(Estimate estimate) {
        return estimate.isKnown() ? range(rate(estimate.low()), rate(estimate.high())) : "";
    }

    /** The unit once, if it is the same. */
    private static String range(String low, String high) {
        int unit = low.lastIndexOf(THIN);
        boolean same = unit > 0 && high.endsWith(low.substring(unit)) && !Character.isDigit(low.charAt(unit + 1));
        return (same ? low.substring(0, unit) : low) + " to " + high;
    }

    /** How much more than the baseline: "+12 %", "−3 %", "8.4 ×". */
    static String change(double baseline, double candidate) {
        if (!Double.isFinite(baseline) || !Double.isFinite(candidate) || baseline <= 0 || candidate < 0) {
            return NONE;
        }
        double factor = candidate / baseline;
        if (!Double.isFinite(factor)) {
            return NONE;
        }
        if (factor >= 3) {
            return decimal(factor) + THIN + "×";
        }
        String percent = fixed(Math.abs(factor - 1) * 100, 0);
        return percent.equals("0") ? "±0" + THIN + "%" : (factor > 1 ? "+" : "−") + percent + THIN + "%";
    }

    private static String unusual(double value) {
        return Double.isNaN(value) ? NONE : value > 0 ? "∞" : "−∞";
    }

    private static String fixed(double value, int decimals) {
        if (Math.abs(value) >= HUGE) {
            return scientific(Math.log10(Math.abs(value)), value < 0);
        }
        return plain(BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_UP));
    }

    private static String plain(BigDecimal value) {
        BigDecimal stripped = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        String digits = stripped.toPlainString();
        int point = digits.indexOf('.');
        String whole = point < 0 ? digits : digits.substring(0, point);
        String fraction = point < 0 ? "" : digits.substring(point);
        return (whole.equals("-0") ? "-0" : count(Long.parseLong(whole))).replace('-', '−') + fraction;
    }

    private static String scientific(double log10, boolean negative) {
        int exponent = (int) Math.floor(log10);
        BigDecimal mantissa = BigDecimal.valueOf(Math.pow(10, log10 - exponent)).setScale(1, RoundingMode.HALF_UP);
        if (mantissa.compareTo(BigDecimal.TEN) >= 0) {
            exponent++;
            mantissa = BigDecimal.ONE;
        }
        StringBuilder shown = new StringBuilder(negative ? "−" : "");
        shown.append(mantissa.stripTrailingZeros().toPlainString()).append("×10");
        for (char digit : Integer.toString(exponent).toCharArray()) {
            shown.append(digit == '-' ? '⁻' : SUPERSCRIPTS.charAt(digit - '0'));
        }
        return shown.toString();
    }
}
