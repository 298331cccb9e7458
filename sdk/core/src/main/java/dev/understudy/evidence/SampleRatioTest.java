package dev.understudy.evidence;

/**
 * Sample ratio mismatch: were units dealt to the arms as intended? If not, something loses or adds units on one side, and no
 * comparison means what it says. Observations are the first exposures of randomised units, never calls. Null hypothesis: each is
 * on the candidate with probability rho. A beta-binomial mixture centred on rho, with the weight of k = 100 units:
 *
 * <pre>{@code
 * ln W = lnΓ(k) - lnΓ(k+n) + lnΓ(k·rho+c) - lnΓ(k·rho) + lnΓ(k(1-rho)+n-c) - lnΓ(k(1-rho)) - c·ln rho - (n-c)·ln(1-rho)
 * }</pre>
 *
 * <p>(Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022.) Each step of a ramp has a share of its
 * own: their wealth is multiplied, its logarithms added. It is an alarm at W ≥ 1,000. Pure functions.
 */
public final class SampleRatioTest {

    private static final double K = 100;

    private SampleRatioTest() {}

    /**
     * Returns the evidence that units were dealt otherwise, while the share was the same.
     *
     * @param candidates units on the candidate, 0 to {@code units}
     * @param units all units
     * @param rho the intended share; at 0 and 1 nothing is random and the result is 0: one unit on the closed arm is an error
     * @return the logarithm of the wealth; 0 before the first unit; add that of several shares
     */
    public static double logWealth(long candidates, long units, double rho) {
        if (candidates < 0 || candidates > units) {
            throw new IllegalArgumentException(candidates + " units on the candidate of " + units);
        }
        if (!(rho >= 0 && rho <= 1)) {
            throw new IllegalArgumentException("A share must be 0 to 1, not " + rho);
        }
        if (rho == 0 || rho == 1) {
            return 0;
        }
        double on = candidates;
        double off = units - candidates;
        return BetaBinomial.logWealth(K * rho, K * (1 - rho), on, off, rho);
    }
}
