package dev.understudy.benchmarks.sidebyside;

/** One part of the comparison: measures, and writes its tables. */
@FunctionalInterface
interface Part {

    /**
     * Measures everybody in turns.
     *
     * @param report takes the tables
     * @return whether everybody was measured
     */
    boolean run(Report report) throws Exception;
}
