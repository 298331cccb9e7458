package dev.understudy.report;

import java.util.List;

/** An axis: where a value lies on it, and what is written beside it. */
interface Scale {

    /**
     * One mark of an axis.
     *
     * @param at where, 0 to 1
     * @param label what is written there
     */
    record Tick(double at, String label) {}

    /** Returns where a value lies, 0 to 1: never outside, and never for what is not a number. */
    double at(double value);

    List<Tick> ticks();

    /** Keeps a position on the axis. */
    static double clamp(double position) {
        return position >= 0 ? Math.min(position, 1) : 0; // not a number goes to 0
    }
}
