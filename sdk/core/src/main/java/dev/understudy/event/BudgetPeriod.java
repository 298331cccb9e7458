package dev.understudy.event;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How long a budget lasts before it begins anew. All of them begin and end in UTC, wherever the process runs. */
public enum BudgetPeriod {
    /** From one full hour to the next. */
    HOUR,
    /** From midnight to midnight. */
    DAY,
    /** From the first of a month to the first of the next. */
    MONTH;

    private final String tag = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in the configuration and in metrics.
     *
     * @return the lower-case name
     */
    public String tag() {
        return tag;
    }

    /**
     * Returns when the period that an instant lies in began.
     *
     * @param instant the instant
     * @return the latest beginning that is not after it
     */
    public Instant beginOf(Instant instant) {
        ZonedDateTime time = instant.atZone(ZoneOffset.UTC);
        return switch (this) {
            case HOUR -> time.truncatedTo(ChronoUnit.HOURS).toInstant();
            case DAY -> time.truncatedTo(ChronoUnit.DAYS).toInstant();
            case MONTH -> time.withDayOfMonth(1).truncatedTo(ChronoUnit.DAYS).toInstant();
        };
    }

    /**
     * Returns when the period that an instant lies in ends, which is when the next one begins.
     *
     * @param instant the instant
     * @return the earliest beginning that is after it
     */
    public Instant endOf(Instant instant) {
        ZonedDateTime begin = beginOf(instant).atZone(ZoneOffset.UTC);
        return switch (this) {
            case HOUR -> begin.plusHours(1).toInstant();
            case DAY -> begin.plusDays(1).toInstant();
            case MONTH -> begin.plusMonths(1).toInstant();
        };
    }
}
