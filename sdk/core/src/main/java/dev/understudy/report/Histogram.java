package dev.understudy.report;

import dev.understudy.insight.VariantFigures;
import dev.understudy.insight.VariantFigures.Bin;

/**
 * The latencies of one variant in bins of equal width on a logarithmic axis, each as a part of all its calls.
 *
 * @param parts 0 to 1 each
 * @param highest the highest of them
 */
record Histogram(double[] parts, double highest) {

    private static final int BINS = 64;

    /** One slow call must be seen beside a million. */
    private static final double LEAST_HEIGHT = 0.025;

    /** Spreads the calls of each bin over those of ours that it meets. */
    static Histogram of(VariantFigures figures, LogScale scale) {
        double[] parts = new double[BINS];
        double all = 0;
        for (Bin bin : figures.distribution()) {
            if (bin.calls() > 0 && bin.fromMillis() <= bin.toMillis()) {
                spread(parts, scale.at(bin.fromMillis()) * BINS, scale.at(bin.toMillis()) * BINS, (double) bin.calls());
                all += bin.calls();
            }
        }
        double highest = 0;
        for (int i = 0; i < BINS && all > 0; i++) {
            parts[i] /= all;
            highest = Math.max(highest, parts[i]);
        }
        return new Histogram(parts, highest);
    }

    private static void spread(double[] parts, double from, double to, double calls) {
        int first = Math.min((int) from, BINS - 1);
        int last = Math.min((int) to, BINS - 1);
        if (first == last) {
            parts[first] += calls;
            return;
        }
        for (int i = first; i <= last; i++) {
            double inside = Math.min(to, i + 1.0) - Math.max(from, i);
            parts[i] += calls * inside / (to - from);
        }
    }

    /** Its outline as a closed path, where 1 of the axis is so high. */
    String outline(double top) {
        StringBuilder path = new StringBuilder();
        boolean up = false;
        for (int i = 0; i < BINS; i++) {
            if (parts[i] <= 0 && up) {
                path.append("V1000");
                up = false;
            } else if (parts[i] > 0) {
                String left = Curve.units((double) i / BINS);
                path.append(up ? "" : "M" + left + " 1000");
                path.append('V').append(Curve.units(1 - Math.max(parts[i] / top, LEAST_HEIGHT)));
                path.append('H').append(Curve.units((i + 1.0) / BINS));
                up = true;
            }
        }
        return path.append(up ? "V1000" : "").toString();
    }
}
