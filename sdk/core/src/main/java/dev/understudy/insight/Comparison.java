package dev.understudy.insight;

import dev.understudy.evidence.GuardEvidence;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Candidate and baseline of one agent beside each other, over the same time. Immutable.
 *
 * @param agent the agent
 * @param window how far back it looks: 5 min, 1 h, 24 h, or as long as the rollout has lasted. It also looks at what of a minute,
 *     ten minutes or an hour was begun before
 * @param from when the first of the data was seen
 * @param to when it was asked
 * @param baseline the baseline's figures
 * @param candidate the candidate's figures
 * @param split how the units were split, and how they should have been
 * @param evidence what each guard holds against the candidate, in the whole rollout
 * @param verdict what follows
 * @param why the verdict in one sentence, with its figures
 */
public record Comparison(
        String agent,
        Duration window,
        Instant from,
        Instant to,
        VariantFigures baseline,
        @Nullable VariantFigures candidate,
        Split split,
        List<GuardEvidence> evidence,
        Verdict verdict,
        String why) {

    /** To be asked for: the window that looks back to the beginning of the rollout, however long ago that was. */
    public static final Duration WHOLE_ROLLOUT = ChronoUnit.FOREVER.getDuration();

    /**
     * How units were split.
     *
     * @param intendedShare the share of units that should have been on the candidate, 0 to 1, averaged over first exposures
     * @param units units seen for the first time in this rollout
     * @param candidateUnits those of them on the candidate
     * @param logWealth natural logarithm of the evidence for a wrong split; {@code ln 1000} is an alarm
     */
    public record Split(double intendedShare, long units, long candidateUnits, double logWealth) {
        /** Nobody was seen. */
        public static final Split NONE = new Split(0, 0, 0, 0);

        /**
         * Returns the share that was seen.
         *
         * @return 0 to 1; not a number where nobody was seen
         */
        public double observedShare() {
            return units == 0 ? Double.NaN : (double) candidateUnits / units;
        }

        /**
         * Says whether the split is wrong.
         *
         * @return whether the evidence suffices
         */
        public boolean isMismatch() {
            return logWealth >= Math.log(1000);
        }
    }

    /** Checks that nothing is missing and copies the evidence. */
    public Comparison {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(window, "window");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(baseline, "baseline");
        Objects.requireNonNull(split, "split");
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(why, "why");
        evidence = List.copyOf(evidence);
    }
}
