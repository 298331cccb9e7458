package dev.understudy.examples;

import java.util.List;

/** Latencies in order. */
final class Latencies {

    private final long[] nanos;

    private Latencies(long[] nanos) {
        this.nanos = nanos;
    }

    static Latencies of(List<Scoreboard.Call> calls) {
        return new Latencies(
                calls.stream().mapToLong(Scoreboard.Call::nanos).sorted().toArray());
    }

    /** The latency that a share of the calls did not exceed, in milliseconds; 0 without calls. */
    long millis(double share) {
        int rank = (int) Math.ceil(share * nanos.length);
        return nanos.length == 0 ? 0 : Math.round(nanos[Math.max(rank, 1) - 1] / 1e6);
    }
}
