package dev.understudy.report;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * An axis of time in UTC, from seconds to years.
 *
 * @param from its beginning, in seconds since 1970
 * @param to its end
 */
record TimeScale(double from, double to) implements Scale {

    private static final int MOST_TICKS = 8;
    private static final long DAY = 86_400;
    private static final long[] STEPS = {
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY,
        14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY,
    };
    private static final DateTimeFormatter SECONDS = Times.formatter("HH:mm:ss");
    private static final DateTimeFormatter MINUTES = Times.formatter("HH:mm");
    private static final DateTimeFormatter DAYS = Times.formatter("d MMM");

    TimeScale {
        to = Math.min(Math.max(to, from + 1), (double) Instant.MAX.getEpochSecond());
    }

    @Override
    public double at(double seconds) {
        return Scale.clamp((seconds - from) / (to - from));
    }

    double at(Instant at) {
        return at(Times.seconds(at));
    }

    boolean isBefore(Instant at) {
        return Times.seconds(at) < from;
    }

    boolean isAfter(Instant at) {
        return Times.seconds(at) > to;
    }

    Instant first() {
        return Instant.ofEpochSecond((long) from);
    }

    Instant last() {
        return Instant.ofEpochSecond((long) to);
    }

    @Override
    public List<Tick> ticks() {
        long step = step();
        DateTimeFormatter label = step < 60 ? SECONDS : step < DAY ? MINUTES : DAYS;
        List<Tick> ticks = new ArrayList<>();
        for (long at = -Math.floorDiv(-(long) Math.ceil(from), step) * step; at <= to; at += step) {
            ticks.add(new Tick(at((double) at), label.format(Instant.ofEpochSecond(at))));
        }
        return ticks;
    }

    /** The days' names below the labels: where the axis begins, and wherever a new day does. */
    List<Tick> days() {
        List<Tick> days = new ArrayList<>();
        if (step() < DAY) {
            days.add(new Tick(0, Times.date(first())));
            for (long at = ((long) Math.floor(from / DAY) + 1) * DAY; at <= to; at += DAY) {
                double position = at((double) at);
                if (position > 0.2 && position - days.get(days.size() - 1).at() > 0.2) {
                    days.add(new Tick(position, Times.date(Instant.ofEpochSecond(at))));
                }
            }
        }
        return days;
    }

    private long step() {
        for (long step : STEPS) {
            if ((to - from) / step <= MOST_TICKS) {
                return step;
            }
        }
        return (long) Math.ceil((to - from) / MOST_TICKS / DAY) * DAY;
    }
}
