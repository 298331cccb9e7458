package dev.understudy.rollout;

import java.util.SplittableRandom;

/** Who calls in a simulated rollout. */
interface Users {

    /** How many there can be. */
    int MOST = 200_000;

    /** Comes by for the next call; returns who calls, from 0 to {@link #MOST}, exclusive. */
    int next(SplittableRandom random);

    /** How often the latest caller meets something bad, where users differ. */
    double badness();

    /** Each call comes from another user. */
    static Users fresh() {
        return new Users() {
            private int latest;

            @Override
            public int next(SplittableRandom random) {
                return latest++;
            }

            @Override
            public double badness() {
                return 0;
            }
        };
    }

    /**
     * Users who come back and are unequal: how often one meets something bad is drawn from Beta(mean·concentration,
     * (1-mean)·concentration).
     */
    static Users unequal(int count, double mean, double concentration, SplittableRandom random) {
        double[] badness = new double[count];
        for (int i = 0; i < count; i++) {
            badness[i] = beta(mean * concentration, (1 - mean) * concentration, random);
        }
        return new Users() {
            private int latest;

            @Override
            public int next(SplittableRandom chance) {
                latest = chance.nextInt(count);
                return latest;
            }

            @Override
            public double badness() {
                return badness[latest];
            }
        };
    }

    private static double beta(double a, double b, SplittableRandom random) {
        double x = gamma(a, random);
        double y = gamma(b, random);
        return x / (x + y);
    }

    /** A gamma variable (Marsaglia and Tsang, 2000). */
    private static double gamma(double shape, SplittableRandom random) {
        if (shape < 1) {
            return gamma(shape + 1, random) * Math.pow(1 - random.nextDouble(), 1 / shape);
        }
        double d = shape - 1 / 3.0;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double z = random.nextGaussian();
            double v = Math.pow(1 + c * z, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < z * z / 2 + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }

    /** Returns what names a user; the salt of a rollout deals the same ones anew in each run. */
    static String unit(int user) {
        return "user-" + user;
    }
}
