package dev.understudy.evidence;

/**
 * One arm against a limit, from whenever it turned bad: what {@link LimitTest} forgets too slowly. There, ten thousand good calls
 * outweigh hundreds of bad ones; here a call counts only as long as the ones before it speak against the arm:
 *
 * <pre>{@code
 * M = max(M, 1) · (bad ? 0.95/p0 : 0.05/(1-p0));   W = M/N + max(0, 1 - n/N),   N = 100,000
 * }</pre>
 *
 * <p>Null hypothesis: P(bad) ≤ p0 for each call. M is at most the Shiryaev-Roberts sum over all instants at which the arm may have
 * turned bad, whose expectation after n calls is at most n; so W, the mixture of these instants over a horizon of N calls, is an
 * e-process for the first N calls, and after k·N calls its error is k times as likely (Shin, Ramdas and Rinaldo, "E-detectors: a
 * nonparametric framework for sequential change detection", NEJSDS 2023, arXiv 2203.03532). At p0 = 5 % seven bad calls in a row make
 * M/N almost 9,000, after any number of good ones.
 *
 * <p>Immutable; who uses it keeps ln max(M, 1).
 */
public final class ChangeTest {

    /** Over how many calls the instant of the change is spread. */
    public static final long HORIZON = 100_000;

    private static final double LOG_HORIZON = Math.log(HORIZON);
    /** No wealth at all, as a number that can be added to. */
    private static final double NOTHING = -1_000;

    private final double ofBad;
    private final double ofGood;

    /**
     * Prepares a test.
     *
     * @param p0 the share of calls that may be bad; above 0, below 0.95
     */
    public ChangeTest(double p0) {
        ofBad = Math.log(LimitTest.HIGHEST / LimitTest.checked(p0));
        ofGood = Math.log1p(-LimitTest.HIGHEST) - Math.log1p(-p0);
    }

    /**
     * Goes on by one call.
     *
     * @param log what this said after the call before; 0 at the start
     * @param bad whether the call was bad
     * @return ln max(M, 1); never negative, so that after good calls it is 0 again
     */
    public double next(double log, boolean bad) {
        return Math.max(0, log + (bad ? ofBad : ofGood));
    }

    /**
     * Returns the evidence that the arm has turned bad.
     *
     * @param log what {@link #next} said last
     * @param total all calls so far
     * @return the logarithm of the wealth; 0 at the start
     */
    public static double logWealth(double log, long total) {
        double yetToCome = total < HORIZON ? Math.log1p(-(double) total / HORIZON) : NOTHING;
        double change = log == 0 ? NOTHING : log - LOG_HORIZON;
        double max = Math.max(change, yetToCome);
        return max + Math.log(Math.exp(change - max) + Math.exp(yetToCome - max));
    }
}
