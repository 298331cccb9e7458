package dev.understudy.evidence;

/**
 * The candidate against the concurrent baseline, by the labels of affected units. An observation is the <em>first</em> bad event
 * of a unit, and says only on which arm the unit was. Given that a unit goes bad, the hash drew its arm independently of
 * everything else: so no baseline rate, no variance and no count of successes is needed, an outage of both arms says nothing,
 * the share may change at any time, and a chatty unit counts once.
 *
 * <p>Null hypothesis: the candidate raises the odds of a unit's first bad event at most by the factor {@code psi0}; 1 is no harm
 * at all. With rho the share of units on the candidate when it happened:
 *
 * <pre>{@code
 * o = rho/(1-rho);   PSI = {1.25, 1.5, 2, 3, 5, 10, 30, 100}
 * p0 = o·psi0/(1 + o·psi0);   theta_k = o·psi0·PSI_k/(1 + o·psi0·PSI_k)
 * L[k] += on the candidate ? ln(theta_k/p0) : ln((1-theta_k)/(1-p0));   W = mean over k of exp(L[k])
 * }</pre>
 *
 * <p>The argument is that of sequential multinomial and count tests: Lindon and Malek, "Anytime-valid inference for multinomial
 * count data", NeurIPS 2022; Lindon, Sanden and Shirikian, "Rapid regression detection in software deployments through
 * sequential testing", KDD 2022, arXiv 2205.14762.
 *
 * <p>Two processes run side by side on the same observations: one at the configured allowance, which decides, and one at
 * {@code psi0 = 1}, which suspects. Not thread-safe.
 */
public final class LabelTest {

    private static final double[] PSI = {1.25, 1.5, 2, 3, 5, 10, 30, 100};
    private static final double[] LOG_PSI = new double[PSI.length];

    static {
        for (int k = 0; k < PSI.length; k++) {
            LOG_PSI[k] = Math.log(PSI[k]);
        }
    }

    /** How many numbers {@link #state()} has. */
    public static final int STATE_LENGTH = 2 * PSI.length;

    private final double[] allowed = new double[PSI.length];
    private final double[] strict = new double[PSI.length];

    /** Begins without evidence. */
    public LabelTest() {}

    /**
     * Goes on where another left off.
     *
     * @param state what its {@link #state()} said
     * @throws IllegalArgumentException if that is no such state
     */
    public LabelTest(double[] state) {
        if (state.length != STATE_LENGTH) {
            throw new IllegalArgumentException(
                    "The state of a label test has " + STATE_LENGTH + " numbers, not " + state.length);
        }
        for (double log : state) {
            if (!Double.isFinite(log)) {
                throw new IllegalArgumentException("The state of a label test is finite, not " + log);
            }
        }
        System.arraycopy(state, 0, allowed, 0, allowed.length);
        System.arraycopy(state, allowed.length, strict, 0, strict.length);
    }

    /**
     * Counts the first bad event of a unit.
     *
     * @param candidate whether the unit was on the candidate
     * @param rho the share of units that were meant to be on the candidate when it happened; at 0 and 1 the arm says nothing,
     *     and nothing is counted
     * @param psi0 by which factor the candidate may raise the odds; 1 allows nothing, positive and finite
     * @return whether it counted
     */
    public boolean add(boolean candidate, double rho, double psi0) {
        if (!(rho >= 0 && rho <= 1)) {
            throw new IllegalArgumentException("A share must be 0 to 1, not " + rho);
        }
        if (!(psi0 > 0 && psi0 < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The odds that are allowed must be positive and finite, not " + psi0);
        }
        if (rho == 0 || rho == 1) {
            return false;
        }
        double odds = rho / (1 - rho);
        add(allowed, candidate, odds * psi0);
        add(strict, candidate, odds);
        return true;
    }

    /** As in the class comment: theta/p0 = PSI·(1+o)/(1+o·PSI) and (1-theta)/(1-p0) = (1+o)/(1+o·PSI). */
    private static void add(double[] logs, boolean candidate, double odds) {
        double nothing = Math.log1p(odds);
        for (int k = 0; k < PSI.length; k++) {
            logs[k] += nothing - Math.log1p(odds * PSI[k]) + (candidate ? LOG_PSI[k] : 0);
        }
    }

    /**
     * Returns the evidence that the candidate does more harm than is allowed.
     *
     * @return the logarithm of the wealth; 0 at the start
     */
    public double logWealth() {
        return Wealth.logMeanExp(allowed);
    }

    /**
     * Returns the evidence that the candidate does any harm: the process at {@code psi0 = 1}.
     *
     * @return the logarithm of the wealth; 0 at the start
     */
    public double logStrictWealth() {
        return Wealth.logMeanExp(strict);
    }

    /**
     * Returns what {@link #LabelTest(double[])} needs to go on.
     *
     * @return a copy: L[k] at the allowance, then L[k] at psi0 = 1
     */
    public double[] state() {
        double[] state = new double[STATE_LENGTH];
        System.arraycopy(allowed, 0, state, 0, allowed.length);
        System.arraycopy(strict, 0, state, allowed.length, strict.length);
        return state;
    }
}
