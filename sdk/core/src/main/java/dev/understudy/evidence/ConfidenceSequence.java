package dev.understudy.evidence;

import java.util.function.DoubleUnaryOperator;

/**
 * Bounds that hold at all times at once: with probability 1 - alpha the truth is never outside of them, however often one looks
 * and whenever one stops. A value is inside while the beta-binomial mixture does not speak against it: W &lt; 1/alpha. (Howard
 * and Ramdas, "Sequential estimation of quantiles with applications to A/B testing and best-arm identification", Bernoulli
 * 28(3), 2022; Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences",
 * Annals of Statistics 49(2), 2021.)
 *
 * <p>The mixture for p is Beta(kp, k(1-p)), two-sided. Its weight k makes the bounds narrowest about t = 1,000 observations, by
 * the rule of the paper's authors: r = v/(2 ln(1/alpha) + ln(1 + 2 ln(1/alpha))) - p(1-p) with v = t·p(1-p), and k =
 * r/(p(1-p)); at alpha = 5 % that is k = 125.0. 95 % bounds of a p95 are then the empirical quantiles 0.852 to 1 after 100
 * calls, 0.917 to 0.977 after 500, 0.927 to 0.969 after 1,000, 0.941 to 0.958 after 7,000. For rates, which must mean something
 * after a few calls, too, the mean with Jeffreys' prior Beta(½, ½) is taken. Immutable.
 */
public final class ConfidenceSequence {

    private static final double NARROWEST_AT = 1_000;
    private static final int HALVINGS = 60;

    private final double logThreshold;
    private final double k;

    /**
     * Prepares bounds.
     *
     * @param alpha the probability that the truth is ever outside; above 0, at most 0.5; 0.05 for 95 % bounds
     */
    public ConfidenceSequence(double alpha) {
        if (!(alpha > 0 && alpha <= 0.5)) {
            throw new IllegalArgumentException("alpha must be above 0 and at most 0.5, not " + alpha);
        }
        logThreshold = -Math.log(alpha);
        k = NARROWEST_AT / (2 * logThreshold + Math.log1p(2 * logThreshold)) - 1;
        if (k <= 0) {
            throw new IllegalArgumentException("alpha is too small: " + alpha);
        }
    }

    /**
     * Returns a rate and its bounds.
     *
     * @param hits how often it happened, 0 to {@code total}
     * @param total how often it could have
     * @return the rate, 0 to 1; {@link Estimate#NONE} without any observation
     */
    public Estimate rate(long hits, long total) {
        if (hits < 0 || hits > total) {
            throw new IllegalArgumentException(hits + " of " + total);
        }
        if (total == 0) {
            return Estimate.NONE;
        }
        double happened = hits;
        double missed = total - hits;
        double rate = happened / total;
        DoubleUnaryOperator against = p -> againstRate(happened, missed, p);
        return new Estimate(rate, hits == 0 ? 0 : bound(against, rate, 0), hits == total ? 1 : bound(against, rate, 1));
    }

    /**
     * Returns between which empirical quantiles a quantile lies: the bounds of a p95 are {@code Q(ranks.low())} and
     * {@code Q(ranks.high())} of what was seen.
     *
     * @param p which quantile, above 0 and below 1; 0.95 for a p95
     * @param total how many observations
     * @return p and its ranks, 0 to 1; 0 and 1 are the smallest and the largest value, beyond which the bound is not known
     */
    public Estimate ranks(double p, long total) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("A quantile must be above 0 and below 1, not " + p);
        }
        if (total < 0) {
            throw new IllegalArgumentException(total + " observations");
        }
        double all = total;
        DoubleUnaryOperator against =
                rank -> BetaBinomial.logWealth(k * p, k * (1 - p), rank * all, (1 - rank) * all, p);
        return new Estimate(p, rank(against, p, 0), rank(against, p, 1));
    }

    private double rank(DoubleUnaryOperator against, double p, double end) {
        return against.applyAsDouble(end) < logThreshold ? end : bound(against, p, end);
    }

    /** Returns, to the last digits, where the evidence reaches the threshold on its way from what is inside to what is not. */
    private double bound(DoubleUnaryOperator against, double from, double to) {
        double inside = from;
        double outside = to;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (inside + outside) / 2;
            if (middle != outside && against.applyAsDouble(middle) < logThreshold) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        return outside;
    }

    private double againstRate(double hits, double misses, double p) {
        double tuned = BetaBinomial.logWealth(k * p, k * (1 - p), hits, misses, p);
        double jeffreys = BetaBinomial.logWealth(0.5, 0.5, hits, misses, p);
        return Wealth.logMeanExp(tuned, jeffreys);
    }
}
