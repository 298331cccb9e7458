package dev.understudy.evidence;

import java.util.Objects;

/**
 * How much one guard holds against the candidate. Immutable.
 *
 * @param guard which guard
 * @param logWealth natural logarithm of its wealth at the configured allowance: 0 says nothing, {@code ln 100} alone is
 *     enough for a rollback
 * @param logStrictWealth the same without any allowance, which raises a suspicion
 * @param bad observations that speak against the candidate, or units for the comparisons with the baseline
 * @param total all observations that the guard has seen
 */
public record GuardEvidence(Guard guard, double logWealth, double logStrictWealth, long bad, long total) {

    /** Checks the bounds. */
    public GuardEvidence {
        Objects.requireNonNull(guard, "guard");
        if (Double.isNaN(logWealth) || Double.isNaN(logStrictWealth) || bad < 0 || total < bad) {
            throw new IllegalArgumentException("Evidence of " + guard + " is not a number of calls: " + logWealth + ", "
                    + logStrictWealth + ", " + bad + " of " + total);
        }
    }

    /**
     * Returns the wealth at the configured allowance.
     *
     * @return 0 or more; 1 at the start
     */
    public double wealth() {
        return Math.exp(logWealth);
    }
}
