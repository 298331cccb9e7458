package dev.understudy.evidence;

/**
 * How much better a coin of unknown bias explains the tosses than a coin of bias p: the beta-binomial mixture
 *
 * <pre>{@code
 * W = B(a+c, b+d) / (B(a, b) · p^c · (1-p)^d)
 * }</pre>
 *
 * <p>for c heads, d tails and a Beta(a, b) prior. Written with log-gammas, a thousand million tosses cancel to five digits.
 * So Stirling's formula is put in and its large terms are cancelled on paper; with N = a+b+c+d, A = a+c, B = b+d what is left is
 *
 * <pre>{@code
 * A·ln(A/(pN)) + B·ln(B/((1-p)N)) + ½ ln(N/(AB)) + µ(A) + µ(B) - µ(N)
 * }</pre>
 *
 * <p>less the same for the prior alone, µ being Binet's function (DLMF 5.9.10 and 5.11.1).
 */
final class BetaBinomial {

    /** Stirling's series is good to the last digit from here on. */
    private static final double LARGE = 12;

    private BetaBinomial() {}

    /** Returns ln W; c and d may be fractions, zero or more; a, b, above zero; p between 0 and 1, exclusive. */
    static double logWealth(double a, double b, double c, double d, double p) {
        return logTerm(a + c, b + d, p) - logTerm(a, b, p);
    }

    private static double logTerm(double a, double b, double p) {
        double n = a + b;
        double surplus = a - p * n; // near zero if p is right: the logarithms must not be those of rounded quotients
        return a * Math.log1p(surplus / (p * n))
                + b * Math.log1p(-surplus / ((1 - p) * n))
                + 0.5 * (Math.log(n / a) - Math.log(b))
                + binet(a)
                + binet(b)
                - binet(n);
    }

    /** Returns ln Γ(x) - (x - ½) ln x + x - ½ ln 2π, for x above zero. */
    static double binet(double x) {
        double below = 0;
        double at = x;
        while (at < LARGE) {
            below += (at + 0.5) * Math.log1p(1 / at) - 1;
            at++;
        }
        double r = 1 / (at * at);
        double series =
                1 / 12.0 - r * (1 / 360.0 - r * (1 / 1260.0 - r * (1 / 1680.0 - r * (1 / 1188.0 - r * 691 / 360360))));
        return below + series / at;
    }
}
