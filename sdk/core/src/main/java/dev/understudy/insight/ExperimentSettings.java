package dev.understudy.insight;

import dev.understudy.error.Bounds;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout is to show before its candidate is accepted: {@code rollout.experiment} in the configuration. Immutable.
 *
 * @param p95 the longest that the candidate's 95th percentile may be, 1 ms to 1 h; null: not asked
 * @param errorIncrease how much larger the candidate's error rate may be than the baseline's, 0 to 1 (0.01 is one point); null: not
 *     asked
 * @param split the share of units that is to be on the candidate, above 0 and below 1; null: not asked
 * @param splitTolerance how far the observed share may be from it, above 0, less than the smaller part; default a tenth of that part
 * @param minCallsPerDay how many calls each variant must have on a day for that day to count, 1 or more; default 1,000
 * @param days how many such days, 1 to 30; default 7
 */
public record ExperimentSettings(
        @Nullable Duration p95,
        @Nullable Double errorIncrease,
        @Nullable Double split,
        @Nullable Double splitTolerance,
        long minCallsPerDay,
        int days) {

    /** Calls of each variant on a day, unless the configuration says otherwise. */
    public static final long DEFAULT_MIN_CALLS_PER_DAY = 1_000;

    /** Days, unless the configuration says otherwise. */
    public static final int DEFAULT_DAYS = 7;

    /** The most days; so many fit into what is stored. */
    public static final int MAX_DAYS = 30;

    /** The shortest p95 that can be asked for. */
    public static final Duration MIN_P95 = Duration.ofMillis(1);

    /** The longest p95 that can be asked for. */
    public static final Duration MAX_P95 = Duration.ofHours(1);

    /** Checks the bounds. */
    public ExperimentSettings {
        if (p95 == null && errorIncrease == null) {
            throw new IllegalArgumentException("An experiment asks for something; write p95, error_increase or both");
        }
        if (p95 != null) {
            Bounds.check("experiment.p95", p95, MIN_P95, MAX_P95);
        }
        if (errorIncrease != null && !(errorIncrease >= 0 && errorIncrease <= 1)) {
            throw new IllegalArgumentException(
                    "experiment.error_increase is between 0 % and 100 %, not " + errorIncrease * 100 + " %");
        }
        if (split != null && !(split > 0 && split < 1)) {
            throw new IllegalArgumentException(
                    "experiment.split is more than 0 % and less than 100 %, not " + split * 100 + " %");
        }
        if (splitTolerance != null) {
            if (split == null) {
                throw new IllegalArgumentException("experiment.split_tolerance needs a split");
            }
            double smaller = Math.min(split, 1 - split);
            if (!(splitTolerance > 0 && splitTolerance < smaller)) {
                throw new IllegalArgumentException(
                        "experiment.split_tolerance is more than 0 % and less than the smaller" + " part, "
                                + Judge.percent(smaller) + ", not " + splitTolerance * 100 + " %");
            }
        }
        if (minCallsPerDay < 1) {
            throw new IllegalArgumentException("experiment.min_calls_per_day is 1 or more, not " + minCallsPerDay);
        }
        if (days < 1 || days > MAX_DAYS) {
            throw new IllegalArgumentException("experiment.days is between 1 and " + MAX_DAYS + ", not " + days);
        }
    }

    /** How far the observed share may be from the split. */
    double tolerance() {
        double wanted = Objects.requireNonNull(split);
        return splitTolerance != null ? splitTolerance : Math.min(wanted, 1 - wanted) / 10;
    }
}
