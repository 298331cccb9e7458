package dev.understudy.rollout;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.understudy.rollout.SimulatedRollout.Outage;
import dev.understudy.rollout.SimulatedRollout.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What a guard reaches, over thousands of simulated rollouts: how soon it takes a bad candidate away, and how seldom a good
 * one. The evidence is looked at after each call. Each run has a random generator of its own, made from seed, case and number,
 * so that the figures are the same on any machine and with any number of threads.
 */
final class GuardSimulation implements AutoCloseable {

    /** Makes what decides in one run. */
    interface Subjects {

        /**
         * At a fixed share.
         *
         * @param salt of the split
         * @param share in thousandths of a per cent
         * @param limitMillis of the p95; infinite for none
         */
        Subject at(String salt, int share, double limitMillis);

        /**
         * Along a ramp: 1 %, 5 %, 25 %, 100 %.
         *
         * @param salt of the split
         * @param limitMillis of the p95
         */
        Subject ramp(String salt, double limitMillis);

        /**
         * Along a ramp of one step.
         *
         * @param salt of the split
         * @param share in thousandths of a per cent
         * @param limitMillis of the p95
         */
        Subject step(String salt, int share, double limitMillis);
    }

    /** A line of the table. */
    record Row(String what, String goal, String reached, boolean met) {

        @Override
        public String toString() {
            return "| " + what + " | " + goal + " | " + reached + " | " + (met ? "yes" : "no") + " |";
        }
    }

    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    private final Subjects subjects;
    private final long seed;
    private final int threads;
    private final double deviations;
    private final ExecutorService pool;
    private final List<Row> rows = new ArrayList<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(Ramp.class);
    private final @Nullable Level level = log.getLevel();

    /**
     * Prepares a simulation.
     *
     * @param subjects who decides
     * @param seed of everything
     * @param threads how many
     * @param deviations how far beyond a goal few runs may be by chance, in standard deviations of their number
     */
    GuardSimulation(Subjects subjects, long seed, int threads, double deviations) {
        this.subjects = subjects;
        this.seed = seed;
        this.threads = threads;
        this.deviations = deviations;
        this.pool = Executors.newFixedThreadPool(threads);
        log.setLevel(Level.OFF); // it has thousands of decisions to tell
    }

    @Override
    public void close() {
        pool.shutdownNow();
        log.setLevel(level);
    }

    List<Row> rows() {
        return rows;
    }

    // -- what is bad
    // -----------------------------------------------------------------------------------------------------

    void incident(int runs) {
        stoppedAtOnce("seed incident: candidate 680–890 ms, all time-outs", runs, 500, Arm.failing(680, 890));
    }

    void slow(int runs) {
        stoppedAtOnce("680–890 ms but not failing, limit 400 ms", runs, 400, Arm.between(680, 890));
    }

    private void stoppedAtOnce(String what, int runs, double limit, Arm candidate) {
        int most = 0;
        int afterwards = 0;
        for (int share : new int[] {1_000, 5_000, 10_000, 25_000, 50_000, 100_000}) {
            for (Result result : run(
                    what + share,
                    runs,
                    random -> new SimulatedRollout(10_000, Users.fresh(), Arm.between(90, 120), candidate),
                    salt -> subjects.at(salt, share, limit))) {
                most = Math.max(most, result.stoppedAfter() < 0 ? Integer.MAX_VALUE : result.stoppedAfter());
                afterwards += result.afterwards();
            }
        }
        add(new Row(
                what + "; 1, 5, 10, 25, 50, 100 %",
                "stopped after ≤ 3 candidate calls at any share, none afterwards",
                "at most " + most + ", " + afterwards + " afterwards",
                most <= 3 && afterwards == 0));
    }

    void moreErrors(int runs) {
        errors("errors 1 % → 10 %, share 10 %", runs, 0.10, "", 70, Result::stoppedAfter);
    }

    void someMoreErrors(int runs) {
        errors("errors 1 % → 3 %, share 10 %", runs, 0.03, "HOLD: ", 450, Result::suspectedAfter);
    }

    private void errors(String what, int runs, double rate, String goalOf, int goal, ToIntFunction<Result> calls) {
        Row row = median(what, goalOf, goal, errors(what, runs, rate, NO_LIMIT), calls);
        Row withLimit = median(what, goalOf, goal, errors(what, runs, rate, 500), calls);
        add(new Row(
                row.what(),
                row.goal(),
                row.reached() + "; where a p95 limit is configured, too: " + withLimit.reached(),
                row.met()));
    }

    private List<Result> errors(String what, int runs, double rate, double limit) {
        return run(
                what,
                runs,
                random -> new SimulatedRollout(100_000, Users.fresh(), Arm.errors(0.01), Arm.errors(rate)),
                salt -> subjects.at(salt, 10_000, limit));
    }

    void slower(int runs) {
        String what = "p95 500 → 600 ms, limit 500, lognormal sigma 0.5, share 10 %";
        List<Result> results = run(
                what,
                runs,
                random ->
                        new SimulatedRollout(100_000, Users.fresh(), Arm.lognormal(500, 0.5), Arm.lognormal(600, 0.5)),
                salt -> subjects.at(salt, 10_000, 500));
        add(median(what, "", 330, results, Result::stoppedAfter));
    }

    private static Row median(String what, String goalOf, int goal, List<Result> results, ToIntFunction<Result> calls) {
        int[] sorted = results.stream()
                .mapToInt(calls)
                .map(each -> each < 0 ? Integer.MAX_VALUE : each)
                .sorted()
                .toArray();
        int median = sorted[sorted.length / 2];
        return new Row(
                what,
                goalOf + "median ≤ " + goal + " candidate calls",
                "median " + median + ", 9 of 10 runs within " + sorted[sorted.length * 9 / 10],
                median <= goal);
    }

    // -- what is good
    // ----------------------------------------------------------------------------------------------------

    void noDifference(int runs, int calls) {
        for (int share : new int[] {1_000, 10_000, 50_000}) {
            String what = "no difference, every null on its boundary, share " + share / 1_000 + " %";
            add(seldom(what, 0.01, run(what, runs, onTheBoundary(calls), salt -> subjects.at(salt, share, 500))));
        }
    }

    void noDifferenceAlongARamp(int runs, int calls) {
        String what = "the same along a ramp 1, 5, 25, 100 %";
        add(seldom(what, 0.01, run(what, runs, onTheBoundary(calls), salt -> subjects.ramp(salt, 500))));
    }

    private static Function<SplittableRandom, SimulatedRollout> onTheBoundary(int calls) {
        return random -> new SimulatedRollout(calls, Users.fresh(), Arm.errors(0.05), Arm.errors(0.05));
    }

    void twoGoodModelsAlongARamp(int runs, int calls) {
        String what = "two good models, errors 1 %, along the same ramp";
        List<Result> results = run(what, runs, good(calls), salt -> subjects.ramp(salt, 500));
        Row row = seldom(what, 0.01, results);
        add(new Row(
                row.what(),
                row.goal(),
                row.reached() + "; in the end at 100 %: " + percent(share(results, Result::everybody)),
                row.met()));
    }

    private static Function<SplittableRandom, SimulatedRollout> good(int calls) {
        return random -> new SimulatedRollout(calls, Users.fresh(), Arm.errors(0.01), Arm.errors(0.01));
    }

    void outages(int runs) {
        for (int length : new int[] {300, 3_000}) {
            for (int share : new int[] {1_000, 10_000, 50_000}) {
                outage(runs, length, share);
            }
        }
    }

    /** Sooner or later in the first 10,000 calls: what was good until then makes the guard slower. */
    void outage(int runs, int length, int share) {
        String what = "outage of both arms, %,d calls, share %d %%".formatted(length, share / 1_000);
        List<Result> results = run(
                what,
                runs,
                random -> {
                    int from = random.nextInt(10_000);
                    Outage outage = new Outage(from, from + length);
                    return new SimulatedRollout(20_000, Users.fresh(), Arm.errors(0.01), Arm.errors(0.01), outage);
                },
                salt -> subjects.step(salt, share, 500));
        add(seldom(what, 0.01, results));
    }

    void unequalUsers(int runs, int calls) {
        int users = calls / 10;
        String what =
                "%,d unequal sticky users (Beta, concentration 20), on the boundary, share 10 %%".formatted(users);
        List<Result> results = run(
                what,
                runs,
                random ->
                        new SimulatedRollout(calls, Users.unequal(users, 0.05, 20, random), Arm.byUser(), Arm.byUser()),
                salt -> subjects.at(salt, 10_000, 500));
        add(seldom(what, 0.015, results));
    }

    private Row seldom(String what, double goal, List<Result> results) {
        long forGood = results.stream().filter(Result::rolledBack).count();
        double stopped = share(results, result -> result.stoppedAfter() >= 0);
        double rolledBack = share(results, Result::rolledBack);
        return new Row(
                what,
                "rolled back ≤ " + percent(goal),
                "%s (%d of %,d)".formatted(percent(rolledBack), forGood, results.size())
                        + (stopped == rolledBack ? "" : "; taken away for a while in " + percent(stopped)),
                forGood <= goal * results.size() + deviations * Math.sqrt(goal * results.size()));
    }

    /** What is usually done, on the same calls as the guard: both models fail in one call of a hundred. */
    void usualRules(int runs, int calls) {
        for (int share : new int[] {1_000, 10_000, 50_000}) {
            String what = "two good models, errors 1 %, share " + share / 1_000 + " %";
            List<Result> guard = run(what, runs, good(calls), salt -> subjects.at(salt, share, 500));
            List<Result> test = run(what, runs, good(calls), salt -> new UsualRule.Test(salt, share));
            List<Result> window = run(what, runs, good(calls), salt -> new UsualRule.Window(salt, share));
            Row row = seldom(what, 0.01, guard);
            add(new Row(
                    what,
                    row.goal(),
                    row.reached() + "; a z test at 1 % every 100 calls: " + percent(share(test, Result::rolledBack))
                            + "; more than 5 errors in 100 calls: " + percent(share(window, Result::rolledBack)),
                    row.met()));
        }
    }

    private void add(Row row) {
        rows.add(row);
        System.out.println(row); // some take a while
    }

    private static double share(List<Result> results, Predicate<Result> which) {
        return (double) results.stream().filter(which).count() / results.size();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share).replaceFirst("\\.?0+ %", " %");
    }

    // -- runs
    // ------------------------------------------------------------------------------------------------------------

    /** The same name, seed and number of a run are the same users and calls, whoever decides. */
    private List<Result> run(
            String name,
            int runs,
            Function<SplittableRandom, SimulatedRollout> rollout,
            Function<String, Subject> subject) {
        Result[] results = new Result[runs];
        List<Future<?>> parts = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int first = thread;
            parts.add(pool.submit(() -> {
                for (int run = first; run < runs; run += threads) {
                    long own = seed ^ (long) name.hashCode() << 32 ^ run;
                    // Seeds that are neighbours are none of a generator that splits.
                    SplittableRandom random = new SplittableRandom(new SplittableRandom(own).nextLong());
                    results[run] = rollout.apply(random).run(subject.apply("simulated/" + own), random);
                }
            }));
        }
        try {
            for (Future<?> part : parts) {
                part.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return List.of(results);
    }
}
