package dev.understudy.benchmarks.sidebyside;

import java.util.Random;

/**
 * How the two models feel, and what the server saw of it. The clock starts with the first request, which comes from whoever is
 * measured; the candidate turns at {@link Incident#TURNS}.
 */
final class IncidentLog {

    private final Random random = new Random(Incident.SEED);
    private long begunNanos;
    private int baseline;
    private int candidateWell;
    private int candidateBad;
    private long lastBadNanos;

    /** Writes a request down, and returns how long its model takes. */
    long millis(boolean candidate) {
        long now = System.nanoTime();
        if (baseline + candidateWell + candidateBad == 0) {
            begunNanos = now;
        }
        long turnedNanos = now - begunNanos - Incident.TURNS.toNanos();
        if (candidate && turnedNanos >= 0) {
            candidateBad++;
            lastBadNanos = turnedNanos;
            return random.nextInt(680, 891);
        }
        if (candidate) {
            candidateWell++;
        } else {
            baseline++;
        }
        return random.nextInt(90, 121);
    }

    /** The log as lines that {@link Figures} understands. */
    @Override
    public String toString() {
        return new Figures()
                .put("server.baseline", baseline)
                .put("server.well", candidateWell)
                .put("server.bad", candidateBad)
                .put("server.last", candidateBad == 0 ? 0 : lastBadNanos / 1e9)
                .toString();
    }
}
