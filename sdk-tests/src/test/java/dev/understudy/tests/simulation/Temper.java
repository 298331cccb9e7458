package dev.understudy.tests.simulation;

/**
 * What the threads of a world are like.
 *
 * @param pause how likely a thread lets others go first where it may
 * @param preempt how likely it does so where it reads the clock
 * @param stall how likely it is then held up for some time
 * @param stallNanos the longest that it is
 * @param spurious how likely a sleep ends early
 * @param mostWorkers tasks of the executor at once
 */
record Temper(double pause, double preempt, double stall, long stallNanos, double spurious, int mostWorkers) {
    static final Temper CALM = new Temper(0.5, 0, 0, 0, 0, Integer.MAX_VALUE);
}
