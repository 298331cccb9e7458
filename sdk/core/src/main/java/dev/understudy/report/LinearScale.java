package dev.understudy.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** An axis from 0 to a round number. */
record LinearScale(double max, int parts, DoubleFunction<String> label) implements Scale {

    /** A share in per cent: the next familiar share, so that 1 % can still be seen. */
    static LinearScale share(double highest) {
        for (double max : new double[] {1, 5, 10, 25, 50}) {
            if (highest <= max) {
                return new LinearScale(max, 1, Numbers::share);
            }
        }
        return new LinearScale(100, 2, Numbers::share);
    }

    @Override
    public double at(double value) {
        return Scale.clamp(value / max);
    }

    @Override
    public List<Tick> ticks() {
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i <= parts; i++) {
            ticks.add(new Tick((double) i / parts, label.apply(max * i / parts)));
        }
        return ticks;
    }
}
