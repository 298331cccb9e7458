package dev.understudy.rollout;

import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.evidence.LabelTest;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The units of both arms that something bad has happened to, and what their labels say: only the first bad event of a unit in a
 * rollout counts, up to {@link #LIMIT} units; then counting stops, and the evidence stays as it is. Thread-safe by a lock that
 * only bad events take.
 */
final class AffectedUnits {

    /** How many units are remembered. */
    static final int LIMIT = 4_096;

    private static final String UNITS = ".units";
    private static final String LOGS = ".logs";

    private final ReentrantLock lock = new ReentrantLock();
    /** Sorted: half the memory of a hash set, and what is written down as it is. */
    private int[] units;

    private int size;
    private long candidates;
    private final LabelTest test;
    private volatile double logWealth;
    private volatile double logStrictWealth;

    AffectedUnits() {
        units = new int[16];
        test = new LabelTest();
    }

    private AffectedUnits(int[] units, long candidates, double[] logs) {
        if (units.length > LIMIT || candidates > units.length) {
            throw new IllegalArgumentException(
                    candidates + " of " + units.length + " units on the candidate, at most " + LIMIT);
        }
        this.units = units.length == 0 ? new int[16] : units;
        this.size = units.length;
        this.candidates = candidates;
        this.test = new LabelTest(logs);
        evaluate();
    }

    /**
     * Sees a bad event.
     *
     * @param candidate whether the unit is on the candidate
     * @param unit the unit's hash
     * @param share by which share it was dealt, in thousandths of a per cent; nothing counts at none and all
     * @param psi0 by which factor the candidate may raise the odds
     * @return whether it was the unit's first, so that the evidence is another
     */
    boolean add(boolean candidate, int unit, int share, double psi0) {
        if (share <= 0 || share >= Buckets.COUNT) {
            return false;
        }
        lock.lock();
        try {
            if (size == LIMIT || !insert(unit)) {
                return false;
            }
            if (candidate) {
                candidates++;
            }
            test.add(candidate, (double) share / Buckets.COUNT, psi0);
            evaluate();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean insert(int unit) {
        int found = Arrays.binarySearch(units, 0, size, unit);
        if (found >= 0) {
            return false;
        }
        if (size == units.length) {
            units = Arrays.copyOf(units, 2 * size);
        }
        int at = -found - 1;
        System.arraycopy(units, at, units, at + 1, size - at);
        units[at] = unit;
        size++;
        return true;
    }

    private void evaluate() {
        logWealth = test.logWealth();
        logStrictWealth = test.logStrictWealth();
    }

    double logWealth() {
        return logWealth;
    }

    double logStrictWealth() {
        return logStrictWealth;
    }

    GuardEvidence evidence(Guard guard) {
        lock.lock();
        try {
            return new GuardEvidence(guard, logWealth, logStrictWealth, candidates, size);
        } finally {
            lock.unlock();
        }
    }

    void save(String key, Map<String, String> entries) {
        lock.lock();
        try {
            entries.put(key, Numbers.write(candidates));
            entries.put(key + UNITS, Numbers.writeSorted(units, size));
            entries.put(key + LOGS, Numbers.write(test.state()));
        } finally {
            lock.unlock();
        }
    }

    /** Goes on with what was saved. */
    static AffectedUnits restored(String key, Map<String, String> entries) {
        return new AffectedUnits(
                Numbers.readSorted(entries, key + UNITS),
                Numbers.read(entries, key, 1)[0],
                Numbers.readAll(entries, key + LOGS));
    }
}
