package dev.understudy.insight;

/**
 * A {@link Tally} that is over, in a tenth of its memory. Immutable.
 *
 * @param latencies a compressed HdrHistogram
 * @param units a compressed set of units
 * @param failed calls that failed for the caller
 * @param rescued calls that the baseline answered instead
 * @param stale calls that were answered from memory
 * @param inputTokens tokens read
 * @param outputTokens tokens written
 * @param cost what they cost
 */
record PackedTally(
        byte[] latencies,
        byte[] units,
        long failed,
        long rescued,
        long stale,
        long inputTokens,
        long outputTokens,
        double cost) {

    static PackedTally of(Tally tally) {
        return new PackedTally(
                tally.latencies.pack(),
                tally.units.pack(),
                tally.failed,
                tally.rescued,
                tally.stale,
                tally.inputTokens,
                tally.outputTokens,
                tally.cost);
    }

    Tally unpack() {
        Tally tally = new Tally();
        addTo(tally);
        return tally;
    }

    void addTo(Tally tally) {
        tally.latencies.addAll(Latencies.unpack(latencies));
        tally.units.addAll(Units.unpack(units));
        tally.failed += failed;
        tally.rescued += rescued;
        tally.stale += stale;
        tally.inputTokens += inputTokens;
        tally.outputTokens += outputTokens;
        tally.cost += cost;
    }
}
