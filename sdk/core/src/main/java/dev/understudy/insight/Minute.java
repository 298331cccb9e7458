package dev.understudy.insight;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * What an agent's calls of the last minute were like, whoever assigned them, save those that asked for a variant. Immutable.
 *
 * @param from when it began: 60 to 65 s ago, or when the process first looked at this agent
 * @param to when it was asked
 * @param outcomes how they ended for the caller; answers from the cache and our own refusals are among them
 * @param baseline calls that a model was asked for, of those that were assigned to the baseline
 * @param candidate the same of the candidate, by intention to treat
 * @param baselineCost what the baseline's calls cost, in the currency of the configuration
 * @param candidateCost what the candidate's calls cost, the baseline's answers in its place included
 */
public record Minute(
        Instant from,
        Instant to,
        RecentOutcomes outcomes,
        Timeline.Arm baseline,
        Timeline.Arm candidate,
        double baselineCost,
        double candidateCost) {

    private static final Duration HOUR = Duration.ofHours(1);

    /** Checks that nothing is missing. */
    public Minute {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(outcomes, "outcomes");
        Objects.requireNonNull(baseline, "baseline");
        Objects.requireNonNull(candidate, "candidate");
    }

    /**
     * Returns what an hour costs that goes on like this.
     *
     * @return in the currency of the configuration; not a number in the first five seconds
     */
    public double costPerHour() {
        long millis = Duration.between(from, to).toMillis();
        return millis < LiveSlice.MILLIS ? Double.NaN : (baselineCost + candidateCost) * HOUR.toMillis() / millis;
    }
}
