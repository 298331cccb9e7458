package dev.understudy.rollout;

import java.util.SplittableRandom;

/** How one model answers in a simulated rollout. */
interface Arm {

    /** From here on a failure is a time-out; faster ones are errors that the provider reports. */
    double TIMEOUT_MILLIS = 500;

    /**
     * One call.
     *
     * @param random the run's
     * @param badness how often this call's user meets something bad, 0 to 1, where users differ
     * @return the latency in milliseconds; negative if the call failed
     */
    double call(SplittableRandom random, double badness);

    /** Latencies between two bounds, never an error. */
    static Arm between(double fastest, double slowest) {
        return (random, badness) -> fastest + (slowest - fastest) * random.nextDouble();
    }

    /** Each call takes between two bounds, and none is answered. */
    static Arm failing(double fastest, double slowest) {
        return (random, badness) -> -(fastest + (slowest - fastest) * random.nextDouble());
    }

    /** Calls take 90 to 120 ms, and some fail. */
    static Arm errors(double rate) {
        return (random, badness) -> oneOf(random, rate);
    }

    /** Calls take 90 to 120 ms, and fail as often as their user is unlucky. */
    static Arm byUser() {
        return Arm::oneOf;
    }

    private static double oneOf(SplittableRandom random, double rate) {
        double chance = random.nextDouble();
        return chance < rate ? -(90 + 30 * chance / rate) : 90 + 30 * (chance - rate) / (1 - rate);
    }

    /** Lognormal latencies, never an error. */
    static Arm lognormal(double p95, double sigma) {
        double median = p95 / Math.exp(1.6448536269514722 * sigma);
        return (random, badness) -> median * Math.exp(sigma * random.nextGaussian());
    }
}
