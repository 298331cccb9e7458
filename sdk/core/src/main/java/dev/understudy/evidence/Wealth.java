package dev.understudy.evidence;

/**
 * Adds up evidence. The arithmetic mean of e-processes is an e-process, however they depend on each other: so guards, the points
 * of a grid and the instances of a fleet are combined by the mean, which costs at most a factor of their number. (Vovk and Wang,
 * "E-values: calibration, combination and applications", Annals of Statistics 49(3), 2021.)
 */
public final class Wealth {

    private Wealth() {}

    /**
     * Combines wealth by its mean: {@code ln(mean(exp(logs)))}, without overflow.
     *
     * @param logs natural logarithms; {@code -Infinity} is no wealth at all
     * @return the logarithm of their mean
     * @throws IllegalArgumentException if there is none
     */
    public static double logMeanExp(double... logs) {
        if (logs.length == 0) {
            throw new IllegalArgumentException("No evidence to combine");
        }
        double max = Double.NEGATIVE_INFINITY;
        for (double log : logs) {
            max = Math.max(max, log);
        }
        if (Double.isInfinite(max)) {
            return max; // all is nothing, or one is everything
        }
        double sum = 0;
        for (double log : logs) {
            sum += Math.exp(log - max);
        }
        return max + Math.log(sum / logs.length);
    }
}
