package dev.understudy.insight;

import java.util.Base64;

/**
 * A {@link Tally} that is over, in a tenth of its memory. Immutable.
 *
 * @param calls calls that say something about the variant
 * @param latencies a compressed HdrHistogram
 * @param units a compressed set of units; empty where they are kept elsewhere
 * @param failed calls that failed for the caller
 * @param rescued calls that the baseline answered instead
 * @param stale calls that were answered from memory
 * @param inputTokens tokens read
 * @param outputTokens tokens written
 * @param cost what they cost
 */
record PackedTally(
        long calls,
        byte[] latencies,
        byte[] units,
        long failed,
        long rescued,
        long stale,
        long inputTokens,
        long outputTokens,
        double cost) {

    private static final byte[] NONE = {};

    static PackedTally of(Tally tally) {
        return of(tally, tally.units.pack());
    }

    static PackedTally withoutUnits(Tally tally) {
        return of(tally, NONE);
    }

    private static PackedTally of(Tally tally, byte[] units) {
        return new PackedTally(
                tally.calls(),
                tally.latencies.pack(),
                units,
                tally.failed,
                tally.rescued,
                tally.stale,
                tally.inputTokens,
                tally.outputTokens,
                tally.cost);
    }

    void addTo(Tally tally) {
        tally.latencies.addAll(Latencies.unpack(latencies));
        if (units.length > 0) {
            tally.units.addAll(Units.unpack(units));
        }
        tally.failed += failed;
        tally.rescued += rescued;
        tally.stale += stale;
        tally.inputTokens += inputTokens;
        tally.outputTokens += outputTokens;
        tally.cost += cost;
    }

    // As text: figures, then both in base 64

    String text() {
        return calls + " " + failed + " " + rescued + " " + stale + " " + inputTokens + " " + outputTokens + " " + cost
                + " " + base64(latencies) + " " + base64(units);
    }

    private static String base64(byte[] bytes) {
        return bytes.length == 0 ? "-" : Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Reads what {@link #text()} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static PackedTally parse(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 9) {
            throw new IllegalArgumentException("Not a tally: " + parts.length + " parts");
        }
        return new PackedTally(
                Long.parseLong(parts[0]),
                bytes(parts[7]),
                bytes(parts[8]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]),
                Double.parseDouble(parts[6]));
    }

    /**
     * Makes sure that what is packed can be read as well.
     *
     * @throws IllegalArgumentException if it cannot
     */
    void check() {
        Tally tally = new Tally();
        addTo(tally);
        if (tally.calls() != calls || tally.errors() > calls || !(cost >= 0)) {
            throw new IllegalArgumentException("Not a tally: " + tally.calls() + " of " + calls + " calls");
        }
    }

    private static byte[] bytes(String text) {
        return text.equals("-") ? NONE : Base64.getDecoder().decode(text);
    }
}
