package dev.understudy.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A logarithmic axis: equal ratios have equal lengths, so that 100 ms and 60 s fit on one.
 *
 * @param low log10 of the lower end
 * @param high log10 of the upper end
 */
record LogScale(double low, double high, DoubleFunction<String> label) implements Scale {

    private static final int MOST_TICKS = 7;

    /** Below this nothing is measured; zero has no logarithm. */
    private static final double LEAST_MILLIS = 0.01;

    private static final double MOST_MILLIS = 1e300;

    /** An axis of latencies, at least a factor of five long. */
    static LogScale latency(double lowest, double highest) {
        double low = Math.log10(bounded(lowest));
        double high = Math.max(low, Math.log10(bounded(highest)));
        double missing = Math.max(0, Math.log10(5) - (high - low)) / 2;
        return new LogScale(roundDown(low - missing - 0.02), roundUp(high + missing + 0.02), Numbers::millis);
    }

    private static double bounded(double millis) {
        return Math.min(Math.max(millis, LEAST_MILLIS), MOST_MILLIS);
    }

    @Override
    public double at(double value) {
        return atLog(Math.log10(value));
    }

    /** Where a value lies of which the decimal logarithm is known. */
    double atLog(double log10) {
        return Scale.clamp((log10 - low) / (high - low));
    }

    @Override
    public List<Tick> ticks() {
        double span = high - low;
        List<Tick> ticks = new ArrayList<>();
        if (span <= 2.4) {
            add(ticks, 1, 1, 2, 5);
        } else {
            add(ticks, (int) Math.ceil(span / MOST_TICKS), 1);
        }
        return ticks;
    }

    private void add(List<Tick> ticks, int everyDecades, int... multiples) {
        for (int decade = (int) Math.floor(low); decade <= high + 1e-9; decade++) {
            if (Math.floorMod(decade, everyDecades) != 0) {
                continue;
            }
            for (int multiple : multiples) {
                double log = decade + Math.log10(multiple);
                if (log >= low - 1e-9 && log <= high + 1e-9) {
                    ticks.add(new Tick(atLog(log), label.apply(multiple * Math.pow(10, decade))));
                }
            }
        }
    }

    private static double roundDown(double log10) {
        double decade = Math.floor(log10);
        double rest = log10 - decade;
        return decade + (rest >= Math.log10(5) ? Math.log10(5) : rest >= Math.log10(2) ? Math.log10(2) : 0);
    }

    private static double roundUp(double log10) {
        double decade = Math.floor(log10);
        double rest = log10 - decade;
        return decade
                + (rest <= 0 ? 0 : rest <= Math.log10(2) ? Math.log10(2) : rest <= Math.log10(5) ? Math.log10(5) : 1);
    }
}
