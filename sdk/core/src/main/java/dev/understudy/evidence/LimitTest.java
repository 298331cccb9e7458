package dev.understudy.evidence;

import java.util.Arrays;

/**
 * One arm against a limit: are more than {@code p0} of its calls bad? An error cap is such a limit, and so is "p95 ≤ T", which
 * says that at most 5 % of the calls are slower than T or failed. A mixture of likelihood ratios over a grid of alternatives:
 *
 * <pre>{@code
 * Q = {p0·f : f in {1.25, 1.5, 2, 3, 5, 10}, p0·f < 0.6} and 0.95
 * W = mean over q in Q of (q/p0)^bad · ((1-q)/(1-p0))^(total-bad)
 * }</pre>
 *
 * <p>Since q > p0, no step is expected to gain while P(bad) ≤ p0, whatever happened before (Wald's sequential likelihood ratio;
 * mixed over alternatives as by Robbins, "Statistical methods related to the law of the iterated logarithm", 1970). W depends on
 * two counters only, so that it needs to be computed only when a bad call arrives: a good one lowers it.
 *
 * <p>The same against a grid below p0, {@code p0 · {0.1, 0.2, 0.4, 0.6, 0.8}}, is evidence that the arm <em>keeps</em> the limit.
 * Immutable; computes without allocation.
 */
public final class LimitTest {

    private static final double[] ABOVE = {1.25, 1.5, 2, 3, 5, 10};
    private static final double HIGHEST_FACTORED = 0.6;
    /** Nearly all calls are bad. */
    static final double HIGHEST = 0.95;

    private static final double[] BELOW = {0.1, 0.2, 0.4, 0.6, 0.8};

    private final double p0;

    // What each point of a grid gains by a bad and by a good call.
    private final double[] harmBad;
    private final double[] harmGood;
    private final double[] passBad;
    private final double[] passGood;

    /**
     * Prepares a test.
     *
     * @param p0 the share of calls that may be bad; above 0, below 0.95
     */
    public LimitTest(double p0) {
        this.p0 = checked(p0);
        double[] harm = new double[ABOVE.length + 1];
        int count = 0;
        for (double factor : ABOVE) {
            if (p0 * factor < HIGHEST_FACTORED) {
                harm[count++] = p0 * factor;
            }
        }
        harm[count++] = HIGHEST;
        harm = Arrays.copyOf(harm, count);
        double[] pass = Arrays.stream(BELOW).map(factor -> p0 * factor).toArray();
        harmBad = Arrays.stream(harm).map(q -> Math.log(q / p0)).toArray();
        harmGood =
                Arrays.stream(harm).map(q -> Math.log1p(-q) - Math.log1p(-p0)).toArray();
        passBad = Arrays.stream(pass).map(q -> Math.log(q / p0)).toArray();
        passGood =
                Arrays.stream(pass).map(q -> Math.log1p(-q) - Math.log1p(-p0)).toArray();
    }

    static double checked(double p0) {
        if (!(p0 > 0 && p0 < HIGHEST)) {
            throw new IllegalArgumentException("The share that may be bad must be above 0 and below 0.95, not " + p0);
        }
        return p0;
    }

    /**
     * Returns the limit.
     *
     * @return the share of calls that may be bad
     */
    public double limit() {
        return p0;
    }

    /**
     * Returns the evidence that the limit is broken; null hypothesis: P(bad) ≤ p0 for each call.
     *
     * @param bad bad calls, 0 to {@code total}
     * @param total all calls
     * @return the logarithm of the wealth; 0 before the first call
     */
    public double logWealth(long bad, long total) {
        return logMean(harmBad, harmGood, bad, total);
    }

    /**
     * Returns the evidence that the limit is kept; null hypothesis: P(bad) ≥ p0 for each call.
     *
     * @param bad bad calls, 0 to {@code total}
     * @param total all calls
     * @return the logarithm of the wealth; 0 before the first call
     */
    public double logPassWealth(long bad, long total) {
        return logMean(passBad, passGood, bad, total);
    }

    private static double logMean(double[] ofBad, double[] ofGood, long bad, long total) {
        if (bad < 0 || bad > total) {
            throw new IllegalArgumentException(bad + " bad calls of " + total);
        }
        long good = total - bad;
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < ofBad.length; k++) {
            max = Math.max(max, bad * ofBad[k] + good * ofGood[k]);
        }
        double sum = 0;
        for (int k = 0; k < ofBad.length; k++) {
            sum += Math.exp(bad * ofBad[k] + good * ofGood[k] - max);
        }
        return max + Math.log(sum / ofBad.length);
    }
}
